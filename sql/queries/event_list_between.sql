SELECT id, kind, property_id, before - 'description', after - 'description', row_count, actor, tags,
       concat(xid, '-', (extract(epoch FROM at) * 1000000)::bigint) AS origin
FROM property_event
WHERE id BETWEEN $1 AND $2
ORDER BY id
