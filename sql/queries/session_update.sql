UPDATE session
SET user_id = $2, state = $3, expires_at = now() + make_interval(secs => $4)
WHERE key_hash = $1 AND expires_at > now()
