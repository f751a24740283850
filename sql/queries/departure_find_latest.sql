-- The latest departure from the locations $1 (all locations if null); edits count if $2 is true.
SELECT max(at)
FROM property_departure
WHERE kind = 'all'
   OR (kind = 'location' OR (kind = 'edits' AND $2)) AND ($1::text[] IS NULL OR name = ANY ($1))
