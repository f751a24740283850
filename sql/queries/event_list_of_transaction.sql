-- In a restored database another transaction may have had the number before, but not just now.
SELECT id, kind, entity, entity_id, before,
       CASE WHEN kind <> 'bulk' THEN after END AS after, row_count, actor, tags,
       concat(xid, '-', (extract(epoch FROM at) * 1000000)::bigint) AS origin
FROM event_log
WHERE xid = pg_current_xact_id_if_assigned() AND at > now() - interval '1 hour'
ORDER BY id
