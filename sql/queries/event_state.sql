-- A listing as it was at one of its versions, as far as the log tells. The events after that version have it as what
-- was before; a change of many rows at once has no state of its own.
SELECT CASE WHEN (before ->> 'updated_at')::timestamptz = $2 THEN before ELSE after END
FROM property_event
WHERE property_id = $1
    AND ((before ->> 'updated_at')::timestamptz = $2 OR (after ->> 'updated_at')::timestamptz = $2)
ORDER BY id DESC
LIMIT 1
