-- In a restored database another transaction may have had the number before, but not just now.
SELECT id, kind, property_id, before - 'description', after - 'description', row_count, actor, tags,
       concat(xid, '-', (extract(epoch FROM at) * 1000000)::bigint) AS origin
FROM property_event
WHERE xid = pg_current_xact_id_if_assigned() AND at > now() - interval '1 hour'
ORDER BY id
