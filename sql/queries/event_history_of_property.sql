SELECT id, kind, property_id, before, after, row_count, actor, at
FROM property_event
WHERE property_id = $2
ORDER BY id DESC
LIMIT $1
