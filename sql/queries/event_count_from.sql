-- As `event_list_from.sql`.
SELECT count(*), max(id)
FROM property_event
WHERE xid >= $1::text::xid8 AND xid < pg_snapshot_xmax(pg_current_snapshot())
