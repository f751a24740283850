SELECT actor FROM property_event
WHERE property_id = $1 AND (after ->> 'updated_at')::timestamptz > $2
GROUP BY actor ORDER BY max(id) DESC
