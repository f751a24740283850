SELECT id, kind, property_id, before - 'description', after - 'description', row_count, actor, xid::text, tags
FROM property_event
WHERE id BETWEEN $1 AND $2
ORDER BY id
