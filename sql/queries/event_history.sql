SELECT id, kind, property_id, before, after, row_count, actor, at
FROM property_event
ORDER BY id DESC
LIMIT $1
