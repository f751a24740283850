-- Those of the listings of entries $1 that are there, and are as they were when they were deleted: laid over them, what was
-- deleted changes nothing.
SELECT property.id
FROM history AS entry
JOIN property ON property.id = entry.entity_id
WHERE entry.id = ANY ($1) AND entry.entity = 'listing' AND entry.kind = 'deleted'
    AND to_jsonb(jsonb_populate_record(property, entry.before - 'updated_at')) = to_jsonb(property)
