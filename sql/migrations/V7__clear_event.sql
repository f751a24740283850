-- A clear of the cache is an event as well: every instance hears of it, also one that is out of reach at the moment.
ALTER TABLE property_event DROP CONSTRAINT property_event_kind_check;
ALTER TABLE property_event ADD CONSTRAINT property_event_kind_check
    CHECK (kind IN ('created', 'updated', 'deleted', 'bulk', 'cleared'));

-- Logs a clear and wakes those who listen. The site's role writes to the log through nothing else.
CREATE FUNCTION property_log_clear() RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    event_id bigint;
BEGIN
    INSERT INTO property_event (kind, row_count, actor)
    VALUES ('cleared', 0, property_event_actor())
    RETURNING id INTO event_id;
    PERFORM pg_notify('property_event', event_id || '-' || event_id);
END
$$;
