-- Adds listings again as they were when the events $1 deleted them; numbers that are in use are left alone.
INSERT INTO property (id, created_at, updated_at, {facts})
SELECT property_id, was.created_at, was.updated_at, {facts of was}
FROM property_event, jsonb_populate_record(NULL::property, before) AS was
WHERE property_event.id = ANY ($1) AND kind = 'deleted'
ORDER BY property_id
ON CONFLICT (id) DO NOTHING
RETURNING id
