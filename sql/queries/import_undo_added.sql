DELETE FROM property
USING import_row AS undone
WHERE undone.import_id = $1 AND undone.listing_id = property.id AND undone.before IS NULL
  AND property.updated_at = undone.version
