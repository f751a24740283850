-- Rows of listings whose time of creation the file would change.
SELECT count(*)
FROM property_staging AS staged
JOIN property ON property.id = staged.id
WHERE staged.created_at IS DISTINCT FROM property.created_at AND staged.created_at IS NOT NULL
