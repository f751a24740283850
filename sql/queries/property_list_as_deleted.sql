-- Those of the listings of events $1 that are there, and are as they were when they were deleted.
SELECT property.id
FROM property_event AS event
JOIN property ON property.id = event.property_id
WHERE event.id = ANY ($1)
    AND (title, description, price::text, location)
        = (before ->> 'title', before ->> 'description', before ->> 'price', before ->> 'location')
    AND created_at = (before ->> 'created_at')::timestamptz
