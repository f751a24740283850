SELECT id, kind, property_id, before - 'description', after - 'description', row_count, actor, tags, at,
       concat(xid, '-', (extract(epoch FROM at) * 1000000)::bigint) AS origin
FROM property_event
ORDER BY id DESC
LIMIT $1
