-- The listings of events $1 that exist and are as they were when they were deleted.
SELECT property.id
FROM property_event AS event
JOIN property ON property.id = event.property_id
CROSS JOIN jsonb_populate_record(NULL::property, event.before) AS was
WHERE event.id = ANY ($1)
    AND ({facts of property}) IS NOT DISTINCT FROM ({facts of was})
    AND property.created_at = was.created_at
