SELECT id, kind
FROM property_event
WHERE actor = $1
ORDER BY at DESC, id DESC
LIMIT 1
