-- What the cache did in each step of time, by instance: the data of the dashboard's charts. Short steps are kept for minutes,
-- long ones for two weeks, so that an instance has a bounded number of rows. No trigger sees these tables, so writing to
-- them is no event.
CREATE TABLE cache_sample (
    -- The length of the step in seconds.
    step smallint NOT NULL,
    at timestamptz NOT NULL,
    instance text NOT NULL,
    figures jsonb NOT NULL,
    PRIMARY KEY (step, at, instance)
);

-- The instances that run, as they last reported themselves.
CREATE TABLE cache_instance (
    instance text PRIMARY KEY,
    seen_at timestamptz NOT NULL,
    state jsonb NOT NULL
);

-- The last day as releases before this one sampled it. They tolerate that their table is gone: they keep their figures in
-- memory. Sources are in the order memory, Redis, query, database, stale, unavailable.
INSERT INTO cache_sample (step, at, instance, figures)
SELECT step, date_bin(make_interval(secs => step), minute, timestamptz '2000-01-01 00:00Z'),
       concat(instance, '/', extract(epoch FROM minute)), figures
FROM (
    SELECT minute, instance, jsonb_build_object(
        'served', jsonb_build_array(
            coalesce(sum(hits) FILTER (WHERE level = 'page_memory'), 0),
            coalesce(sum(hits) FILTER (WHERE level = 'page_redis'), 0), 0,
            coalesce(sum(misses) FILTER (WHERE level = 'answers'), 0),
            coalesce(sum(stale) FILTER (WHERE level IN ('page_memory', 'page_redis')), 0), 0),
        'hit_times', coalesce(min(hit_times::text) FILTER (WHERE level = 'page_memory'), '[]')::jsonb
            || coalesce(min(hit_times::text) FILTER (WHERE level = 'page_redis'), '[]')::jsonb,
        'load_times', coalesce(min(load_times::text) FILTER (WHERE level = 'page_redis'), '[]')::jsonb) AS figures
    FROM cache_metric
    GROUP BY minute, instance
) AS earlier
CROSS JOIN (VALUES (300), (1800)) AS steps (step);

DROP TABLE cache_metric;
