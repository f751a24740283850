-- Photos that a listing has keep their descriptions, because the names of files say nothing of these.
UPDATE property_staging AS staged
SET photos = (
    SELECT jsonb_agg(coalesce((
        SELECT had.photo
        FROM jsonb_array_elements(property.photos) AS had (photo)
        WHERE had.photo ->> 'hash' = named.photo ->> 'hash' AND named.photo ->> 'alt' = ''
        LIMIT 1
    ), named.photo) ORDER BY named.at)
    FROM jsonb_array_elements(staged.photos) WITH ORDINALITY AS named (photo, at)
)
FROM property
WHERE property.id = staged.id AND property.photos IS NOT NULL AND staged.photos IS NOT NULL
  AND property.photos <> staged.photos
