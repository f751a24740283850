-- How many jobs wait, run and have failed, since when the oldest could have run, and how many wait for a server.
SELECT count(*) FILTER (WHERE failed_at IS NULL AND claimed_by IS NULL AND period IS NULL),
       count(*) FILTER (WHERE failed_at IS NULL AND claimed_by IS NOT NULL),
       count(*) FILTER (WHERE failed_at IS NOT NULL),
       coalesce(extract(epoch FROM clock_timestamp() - min(run_at) FILTER (WHERE failed_at IS NULL)), 0)::float8,
       count(*) FILTER (WHERE is_outage AND failed_at IS NULL)
FROM job
