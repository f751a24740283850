-- Records why a job failed. It is retried after $5 seconds; if $5 is null it has failed for good, except that a
-- periodic job is due again after its period.
UPDATE job SET
    claimed_by = NULL, error = $4, is_outage = $6 AND $5::float8 IS NOT NULL,
    tries = CASE WHEN $5::float8 IS NULL AND period IS NOT NULL THEN 0 ELSE tries END,
    failed_at = CASE WHEN $5::float8 IS NULL AND period IS NULL THEN clock_timestamp() END,
    run_at = clock_timestamp() + make_interval(secs => coalesce($5::float8, period, 0))
WHERE id = $1 AND claimed_by = $2 AND tries = $3
