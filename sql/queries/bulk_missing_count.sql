-- The listings that visitors see and that the file does not have, and all that they see.
SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT FROM property_staging AS staged WHERE staged.id = property.id)), count(*)
FROM property
WHERE status IN ('active', 'pending')
