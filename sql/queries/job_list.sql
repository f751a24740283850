-- The jobs in a state: failed ones with the latest first; others in the order in which they are due.
SELECT id, kind, payload, period, created_at, run_at, tries, claimed_by, started_at, finished_at, error, failed_at
FROM job
WHERE CASE $1
    WHEN 'failed' THEN failed_at IS NOT NULL
    WHEN 'running' THEN failed_at IS NULL AND claimed_by IS NOT NULL
    WHEN 'periodic' THEN period IS NOT NULL
    ELSE failed_at IS NULL AND claimed_by IS NULL AND period IS NULL
END
ORDER BY failed_at DESC, run_at, id
LIMIT $2
