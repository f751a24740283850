-- Removes a finished job, or schedules a periodic one again. Jobs of its kind that failed because a server could not be
-- reached are due at once, the oldest first, because the server is back.
WITH done AS (
    DELETE FROM job WHERE id = $1 AND claimed_by = $2 AND tries = $3 AND period IS NULL
), again AS (
    UPDATE job SET
        run_at = clock_timestamp() + make_interval(secs => period),
        tries = 0, claimed_by = NULL, error = NULL, finished_at = clock_timestamp()
    WHERE id = $1 AND claimed_by = $2 AND tries = $3 AND period IS NOT NULL
)
UPDATE job SET run_at = created_at, is_outage = false
WHERE is_outage AND kind = $4 AND claimed_by IS NULL AND failed_at IS NULL
