-- Adds a deleted listing with its old number. Its time of change increases, as with any change, unless it is already
-- the latest possible time.
INSERT INTO property (id, created_at, updated_at, {facts})
SELECT $1, created_at,
       CASE WHEN updated_at < timestamptz '9999-12-31 23:59:59Z'
           THEN greatest(clock_timestamp(), updated_at + interval '1 microsecond')
           ELSE clock_timestamp()
       END,
       {facts from $2}
FROM (
    SELECT (before ->> 'created_at')::timestamptz AS created_at, (before ->> 'updated_at')::timestamptz AS updated_at
    FROM history
    WHERE entity = 'listing' AND entity_id = $1 AND kind = 'deleted'
    ORDER BY id DESC
    LIMIT 1
) AS deleted
ON CONFLICT (id) DO NOTHING
RETURNING {columns}
