-- A subject may try again when its failure number `limit`, counted backwards, leaves the window.
SELECT max(extract(epoch FROM oldest_counted + make_interval(secs => $3) - clock_timestamp()))::float8
FROM (
    SELECT DISTINCT ON (subject) subject, nth_value(at, $2::bigint::int) OVER (
        PARTITION BY subject ORDER BY at DESC ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) AS oldest_counted
    FROM login_failure
    WHERE subject = ANY($1) AND at > clock_timestamp() - make_interval(secs => $3)
) AS per_subject
WHERE oldest_counted IS NOT NULL
