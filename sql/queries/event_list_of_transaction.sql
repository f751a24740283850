SELECT id, kind, property_id, before - 'description', after - 'description', row_count, actor, tags
FROM property_event
WHERE xid = pg_current_xact_id_if_assigned()
ORDER BY id
