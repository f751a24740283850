-- Rows without a number are those of the listings that have their reference.
UPDATE property_staging AS staged
SET id = property.id
FROM property
WHERE staged.id IS NULL AND lower(property.reference) = lower(staged.reference)
