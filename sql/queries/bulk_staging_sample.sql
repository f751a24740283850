-- The first rows that a merge would change, and then those that it would add.
SELECT staged.id, staged.title, staged.description, staged.price, staged.location,
       property.title, property.description, property.price, property.location
FROM property_staging AS staged
LEFT JOIN property ON property.id = staged.id
WHERE property.id IS NULL
    OR (property.title, property.description, property.price, property.location)
        IS DISTINCT FROM (staged.title, staged.description, staged.price, staged.location)
ORDER BY property.id IS NULL, staged.ordinal
LIMIT $1
