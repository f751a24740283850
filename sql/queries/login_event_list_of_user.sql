SELECT id, kind, username, address, user_agent, attempts, at
FROM login_event
WHERE user_id = $1
ORDER BY id DESC
LIMIT $2
