-- In a restored database, an earlier transaction may have had the same id, but not recently.
SELECT id, kind, entity, entity_id, before, after, row_count, actor, tags,
       concat(xid, '-', (extract(epoch FROM at) * 1000000)::bigint) AS origin
FROM event_log
WHERE xid = pg_current_xact_id_if_assigned() AND at > now() - interval '1 hour'
ORDER BY id
