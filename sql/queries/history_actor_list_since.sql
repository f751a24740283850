SELECT actor FROM history
WHERE entity = 'listing' AND entity_id = $1 AND (after ->> 'updated_at')::timestamptz > $2
GROUP BY actor ORDER BY max(id) DESC
