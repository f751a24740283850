UPDATE property
SET ({facts}) = (SELECT {facts of was} FROM jsonb_populate_record(NULL::property, undone.before) AS was)
FROM import_row AS undone
WHERE undone.import_id = $1 AND undone.listing_id = property.id AND undone.before IS NOT NULL
  AND property.updated_at = undone.version
