UPDATE import_row
SET version = property.updated_at
FROM property
WHERE import_row.import_id = $1 AND property.id = import_row.listing_id
