-- The listings of entries $1 that exist with the values that they had when they were deleted.
SELECT property.id
FROM history AS entry
JOIN property ON property.id = entry.entity_id
CROSS JOIN jsonb_populate_record(NULL::property, {defaults} || entry.before) AS was
WHERE entry.id = ANY ($1) AND entry.entity = 'listing'
    AND ({facts of property}) IS NOT DISTINCT FROM ({facts of was})
    AND property.created_at = was.created_at
