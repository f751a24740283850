-- The visible listings that the file does not have, as they are.
INSERT INTO import_row (import_id, listing_id, before)
SELECT $1, property.id, to_jsonb(property) - 'search'
FROM property
WHERE status IN ('active', 'pending')
  AND NOT EXISTS (SELECT FROM property_staging AS staged WHERE staged.id = property.id)
