WITH expired AS (
    DELETE FROM session WHERE key_hash IN (
        SELECT key_hash FROM session WHERE expires_at < now() AND key_hash <> $1
        LIMIT 100 FOR UPDATE SKIP LOCKED
    )
)
INSERT INTO session (key_hash, user_id, state, expires_at, name, address, user_agent)
VALUES ($1, $2, $3, now() + make_interval(secs => $4), $5, $6, $7)
