-- The events of transactions that were not over at a position: those from $1 on, and $2, which were running.
-- A loaded dump may hold events of transaction ids that are not given yet: they are of the time before.
SELECT id, kind, property_id, before - 'description', after - 'description', row_count, actor, tags,
       concat(xid, '-', (extract(epoch FROM at) * 1000000)::bigint) AS origin
FROM property_event
WHERE (xid >= $1::text::xid8 OR xid = ANY ($2::text[]::xid8[])) AND xid < pg_snapshot_xmax(pg_current_snapshot())
ORDER BY id
LIMIT $3
