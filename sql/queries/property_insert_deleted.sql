-- Adds listings again with the values that they had when the entries $1 deleted them; numbers that are in use are
-- skipped.
INSERT INTO property (id, created_at, updated_at, {facts})
SELECT was.id, was.created_at, was.updated_at, {facts of was}
FROM history AS entry, jsonb_populate_record(NULL::property, {defaults} || before) AS was
WHERE entry.id = ANY ($1) AND entry.entity = 'listing' AND entry.kind = 'deleted'
ORDER BY was.id
ON CONFLICT (id) DO NOTHING
RETURNING id
