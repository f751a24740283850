INSERT INTO import_choice (header_hash, choices)
VALUES ($1, $2)
ON CONFLICT (header_hash) DO UPDATE
SET choices = excluded.choices, changed_at = now()
