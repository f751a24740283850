-- The events of transactions that had not ended at a position: those from $1 on, and $2, which were running. A restored
-- dump may contain events with transaction ids that are not assigned yet: they are older than every position.
SELECT id, kind, entity, entity_id, before, after, row_count, actor, tags,
       concat(xid, '-', (extract(epoch FROM at) * 1000000)::bigint) AS origin
FROM event_log
WHERE (xid >= $1::text::xid8 OR xid = ANY ($2::text[]::xid8[])) AND xid < pg_snapshot_xmax(pg_current_snapshot())
ORDER BY id
LIMIT $3
