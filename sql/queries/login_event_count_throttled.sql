UPDATE login_event
SET attempts = least(attempts, 2147483646) + 1
WHERE id = (
    SELECT id FROM login_event
    WHERE address = $1 AND kind = 'throttled' AND at > clock_timestamp() - interval '1 minute'
    ORDER BY id DESC
    LIMIT 1
)
