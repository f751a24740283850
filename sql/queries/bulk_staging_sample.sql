-- The first rows that a merge would change, and then those that it would add.
SELECT staged.id, property.id IS NULL, {facts of staged}, {facts of property}
FROM property_staging AS staged
LEFT JOIN property ON property.id = staged.id
WHERE property.id IS NULL OR ({facts of property}) IS DISTINCT FROM ({facts of staged})
ORDER BY property.id IS NULL, staged.ordinal
LIMIT $1
