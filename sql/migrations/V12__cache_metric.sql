-- What the cache did in each minute, by instance and level: the dashboard's history, which outlives the processes. Only
-- the last day is kept. No trigger sees it, so writing it is no event.
CREATE TABLE cache_metric (
    minute timestamptz NOT NULL,
    instance text NOT NULL,
    level text NOT NULL CHECK (level IN ('page_memory', 'page_redis', 'queryset', 'count')),
    hits bigint NOT NULL,
    misses bigint NOT NULL,
    stale bigint NOT NULL,
    bypass bigint NOT NULL,
    collapsed bigint NOT NULL,
    stores bigint NOT NULL,
    invalidations bigint NOT NULL,
    -- Pairs of a histogram's bucket and how many durations it holds; buckets are quarters of powers of two of
    -- microseconds.
    hit_times jsonb NOT NULL,
    load_times jsonb NOT NULL,
    PRIMARY KEY (minute, instance, level)
);

-- A clear may be of certain tags only; without any it is of everything. An instance of before takes either for
-- everything.
ALTER TABLE property_event ADD COLUMN tags text[];

DROP FUNCTION property_log_clear();
CREATE FUNCTION property_log_clear(cleared_tags text[] DEFAULT NULL) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    event_id bigint;
BEGIN
    INSERT INTO property_event (kind, row_count, actor, tags)
    VALUES ('cleared', 0, property_event_actor(), cleared_tags)
    RETURNING id INTO event_id;
    PERFORM pg_notify('property_event', event_id || '-' || event_id);
END
$$;
