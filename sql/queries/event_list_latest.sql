SELECT id, kind, property_id, before - 'description', after - 'description', row_count, actor, tags, at
FROM property_event
ORDER BY id DESC
LIMIT $1
