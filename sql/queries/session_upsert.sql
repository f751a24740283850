WITH expired AS (
    DELETE FROM session WHERE key_hash IN (
        SELECT key_hash FROM session WHERE expires_at < now() AND key_hash <> $1 LIMIT 100 FOR UPDATE SKIP LOCKED
    )
)
INSERT INTO session (key_hash, user_id, state, expires_at)
VALUES ($1, $2, $3, now() + make_interval(secs => $4))
ON CONFLICT (key_hash) DO UPDATE
SET user_id = excluded.user_id, state = excluded.state, expires_at = excluded.expires_at
