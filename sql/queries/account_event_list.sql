SELECT id, at, actor, kind, user_id, username, changes
FROM account_event
WHERE ($1::bigint IS NULL OR user_id = $1) AND ($2::bigint IS NULL OR id < $2)
ORDER BY id DESC
LIMIT $3
