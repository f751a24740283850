SELECT id, kind, entity, entity_id, before,
       CASE WHEN kind <> 'bulk' THEN after END AS after, row_count, actor, tags, at,
       concat(xid, '-', (extract(epoch FROM at) * 1000000)::bigint) AS origin
FROM event_log
ORDER BY id DESC
LIMIT $1
