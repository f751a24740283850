-- Each staff user has one file: the latest.
INSERT INTO import_upload (user_id, file_name, content, expires_at)
VALUES ($1, $2, $3, now() + make_interval(secs => $4))
ON CONFLICT (user_id) DO UPDATE
SET id = DEFAULT, file_name = excluded.file_name, content = excluded.content, expires_at = excluded.expires_at
RETURNING id
