SELECT name, begun_at, seen_at, address, user_agent
FROM session
WHERE user_id = $1 AND expires_at > now()
ORDER BY seen_at DESC, begun_at DESC, name
LIMIT $2
