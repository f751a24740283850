WITH expired AS (
    DELETE FROM session WHERE key_hash IN (
        SELECT key_hash FROM session WHERE expires_at < now() AND key_hash <> $1
        LIMIT 100 FOR UPDATE SKIP LOCKED
    )
)
INSERT INTO session (key_hash, user_id, state, expires_at)
VALUES ($1, $2, $3, now() + make_interval(secs => $4))
