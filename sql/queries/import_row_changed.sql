-- The listings that the staged rows will change, as they are.
INSERT INTO import_row (import_id, listing_id, before)
SELECT $1, property.id, to_jsonb(property) - 'search'
FROM property
JOIN property_staging AS staged ON staged.id = property.id
WHERE ({facts of property}) IS DISTINCT FROM ({facts of staged})
