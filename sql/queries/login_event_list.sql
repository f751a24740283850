SELECT id, kind, username, address, user_agent, attempts, at
FROM login_event
WHERE ($1 = '' OR strpos(lower(username), lower($1)) > 0)
  AND ($2 = '' OR address = $2)
  AND ($3::text IS NULL OR kind = $3)
  AND ($4::bigint IS NULL OR id < $4)
ORDER BY id DESC
LIMIT $5
