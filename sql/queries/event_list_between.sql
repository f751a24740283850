SELECT id, kind, entity, entity_id, before,
       CASE WHEN kind <> 'bulk' THEN after END AS after, row_count, actor, tags,
       concat(xid, '-', (extract(epoch FROM at) * 1000000)::bigint) AS origin
FROM event_log
WHERE id BETWEEN $1 AND $2
ORDER BY id
