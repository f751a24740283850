-- In a database that was dumped and loaded elsewhere, the log has numbers that no transaction had there yet: they are
-- of the time before.
SELECT id, kind, property_id, before - 'description', after - 'description', row_count, actor, xid::text, tags
FROM property_event
WHERE xid >= $1::text::xid8 AND xid < pg_snapshot_xmax(pg_current_snapshot())
ORDER BY id
LIMIT $2
