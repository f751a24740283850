-- A listing at one of its versions, if the history has it. A bulk change has no entry for each listing; the next change
-- of the listing has its result.
SELECT history_texts(CASE WHEN (version.before ->> 'updated_at')::timestamptz = $2 THEN version.before ELSE version.after END)
FROM (
    SELECT max(id) AS id FROM history
    WHERE entity = 'listing' AND entity_id = $1
        AND ((before ->> 'updated_at')::timestamptz = $2 OR (after ->> 'updated_at')::timestamptz = $2)
) AS entry
CROSS JOIN LATERAL history_versions('listing', $1, entry.id, entry.id) AS version
