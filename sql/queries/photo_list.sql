SELECT id, photos
FROM property
WHERE photos IS NOT NULL
ORDER BY id
