-- The numbers of waiting, running and failed jobs, and since when the oldest one has been due.
SELECT count(*) FILTER (WHERE failed_at IS NULL AND claimed_by IS NULL AND period IS NULL),
       count(*) FILTER (WHERE failed_at IS NULL AND claimed_by IS NOT NULL),
       count(*) FILTER (WHERE failed_at IS NOT NULL),
       coalesce(extract(epoch FROM clock_timestamp() - min(run_at) FILTER (WHERE failed_at IS NULL)), 0)::float8
FROM job
