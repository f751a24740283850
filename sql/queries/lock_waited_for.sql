-- The lock that a process waits for, and the process that holds it.
SELECT CASE WHEN wanted.locktype = 'relation' THEN wanted.relation::regclass::text END AS relation,
       holder.pid,
       coalesce(nullif(activity.application_name, ''), activity.usename, 'unknown') AS program,
       coalesce(activity.state, 'unknown') AS state,
       coalesce(extract(epoch FROM clock_timestamp() - activity.xact_start), 0)::bigint AS seconds,
       left(regexp_replace(coalesce(activity.query, ''), '\s+', ' ', 'g'), 100) AS query
FROM pg_locks AS wanted
CROSS JOIN LATERAL unnest(pg_blocking_pids(wanted.pid)) AS holder (pid)
LEFT JOIN pg_stat_activity AS activity ON activity.pid = holder.pid
WHERE wanted.pid = $1 AND NOT wanted.granted
ORDER BY activity.xact_start
LIMIT 1
