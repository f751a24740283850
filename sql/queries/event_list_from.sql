SELECT id, kind, property_id, before - 'description', after - 'description', row_count, actor, xid::text, tags
FROM property_event
WHERE xid >= $1::text::xid8
ORDER BY id
LIMIT $2
