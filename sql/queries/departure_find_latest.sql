-- Of the locations $1, or of all where that is null; with edits where $2.
SELECT max(at)
FROM property_departure
WHERE kind = 'all'
   OR (kind = 'location' OR (kind = 'edits' AND $2)) AND ($1::text[] IS NULL OR name = ANY ($1))
