-- The listings that the transaction of entry $1 deleted, with their last values, and whether their numbers are in use;
-- if $2, only the entry's own. A restored database may assign a transaction id again, so the time must be close too.
SELECT deleted.id, deleted.entity_id, deleted.before ->> 'title', deleted.before ->> 'location',
       deleted.before ->> 'price', EXISTS (SELECT FROM property WHERE property.id = deleted.entity_id)
FROM (
    SELECT DISTINCT ON (same.entity_id) same.id, same.entity_id, same.before - 'description' AS before
    FROM history AS entry
    JOIN history AS same ON same.xid = entry.xid AND same.actor = entry.actor AND same.entity = entry.entity
        AND same.at BETWEEN entry.at - interval '1 hour' AND entry.at + interval '1 hour'
    WHERE entry.id = $1 AND entry.entity = 'listing' AND entry.kind = 'deleted' AND same.kind = 'deleted'
      AND (same.id = entry.id OR NOT $2)
    ORDER BY same.entity_id, same.id DESC
    LIMIT $3
) AS deleted
ORDER BY deleted.entity_id
