-- The number of visible listings that the file does not have, and the number of all visible listings.
SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT FROM property_staging AS staged WHERE staged.id = property.id)), count(*)
FROM property
WHERE status IN ('active', 'pending')
