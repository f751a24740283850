-- A listing as it was at one of its versions, as far as the history tells. A change of many rows at once has no entry of
-- its own; the next change has what it made of the listing.
SELECT history_texts(CASE WHEN (version.before ->> 'updated_at')::timestamptz = $2 THEN version.before ELSE version.after END)
FROM (
    SELECT max(id) AS id FROM history
    WHERE entity = 'listing' AND entity_id = $1
        AND ((before ->> 'updated_at')::timestamptz = $2 OR (after ->> 'updated_at')::timestamptz = $2)
) AS entry
CROSS JOIN LATERAL history_versions('listing', $1, entry.id, entry.id) AS version
