-- An instance that has not reported for ten minutes is removed.
WITH gone AS (
    DELETE FROM cache_instance WHERE seen_at < now() - interval '10 minutes' AND instance <> $1
)
INSERT INTO cache_instance (instance, seen_at, state) VALUES ($1, now(), $2)
ON CONFLICT (instance) DO UPDATE SET seen_at = excluded.seen_at, state = excluded.state
