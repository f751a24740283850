-- How many jobs wait, run and have failed, and since when the oldest could have run.
SELECT count(*) FILTER (WHERE failed_at IS NULL AND claimed_by IS NULL AND period IS NULL),
       count(*) FILTER (WHERE failed_at IS NULL AND claimed_by IS NOT NULL),
       count(*) FILTER (WHERE failed_at IS NOT NULL),
       coalesce(extract(epoch FROM clock_timestamp() - min(run_at) FILTER (WHERE failed_at IS NULL)), 0)::float8
FROM job
