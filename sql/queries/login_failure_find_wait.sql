-- A subject may try again when its `limit`-th latest failure leaves the window.
SELECT extract(epoch FROM at + make_interval(secs => $3) - clock_timestamp())::float8
FROM login_failure
WHERE subject = $1 AND at > clock_timestamp() - make_interval(secs => $3)
ORDER BY at DESC OFFSET $2::bigint - 1 LIMIT 1
