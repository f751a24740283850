-- The listings that the transaction of event $1 deleted, each as it was last, and whether its number is in use; if $2,
-- only the event's own. A restored database may use a transaction's number again: the same one is also near in time.
SELECT deleted.id, deleted.property_id, deleted.before ->> 'title', deleted.before ->> 'location',
       deleted.before ->> 'price', EXISTS (SELECT FROM property WHERE property.id = deleted.property_id)
FROM (
    SELECT DISTINCT ON (same.property_id) same.id, same.property_id, same.before - 'description' AS before
    FROM property_event AS event
    JOIN property_event AS same ON same.xid = event.xid AND same.actor = event.actor
        AND same.at BETWEEN event.at - interval '1 hour' AND event.at + interval '1 hour'
    WHERE event.id = $1 AND event.kind = 'deleted' AND same.kind = 'deleted' AND (same.id = event.id OR NOT $2)
    ORDER BY same.property_id, same.id DESC
    LIMIT $3
) AS deleted
ORDER BY deleted.property_id
