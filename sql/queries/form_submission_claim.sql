WITH old AS (
    DELETE FROM form_submission WHERE token_hash IN (
        SELECT token_hash FROM form_submission WHERE at < now() - interval '1 day' AND token_hash <> $1
        LIMIT 100 FOR UPDATE SKIP LOCKED
    )
)
INSERT INTO form_submission (token_hash, content_hash) VALUES ($1, $2)
ON CONFLICT (token_hash) DO NOTHING
