-- Claims the job that has been due longest, of the kinds $3, for the worker $1 with a lease of $2 seconds. A job whose
-- worker was lost in the last try fails; a periodic one is due again after its period.
WITH lost AS (
    UPDATE job SET
        claimed_by = NULL, error = $5,
        tries = CASE WHEN period IS NULL THEN tries ELSE 0 END,
        failed_at = CASE WHEN period IS NULL THEN clock_timestamp() END,
        run_at = clock_timestamp() + make_interval(secs => coalesce(period, 0))
    WHERE id IN (
        SELECT id FROM job
        WHERE failed_at IS NULL AND run_at <= clock_timestamp() AND kind = ANY ($3) AND tries >= $4
        FOR UPDATE SKIP LOCKED
    )
), due AS (
    SELECT id FROM job
    WHERE failed_at IS NULL AND run_at <= clock_timestamp() AND kind = ANY ($3) AND tries < $4
    ORDER BY run_at, id LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE job SET
    tries = tries + 1, claimed_by = $1, started_at = clock_timestamp(),
    run_at = clock_timestamp() + make_interval(secs => $2)
FROM due WHERE job.id = due.id
RETURNING job.id, kind, payload, tries
