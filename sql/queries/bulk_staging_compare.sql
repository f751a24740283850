-- What a merge would do: rows that it would add, change, and leave as they are; and of those to change the ones that have
-- changed since the file was made, as far as the file says when that was.
SELECT count(*) FILTER (WHERE property.id IS NULL),
       count(*) FILTER (WHERE property.id IS NOT NULL AND differs),
       count(*) FILTER (WHERE property.id IS NOT NULL AND NOT differs),
       count(*) FILTER (WHERE differs AND property.updated_at > staged.updated_at)
FROM property_staging AS staged
LEFT JOIN property ON property.id = staged.id
CROSS JOIN LATERAL (
    SELECT (property.title, property.description, property.price, property.location)
        IS DISTINCT FROM (staged.title, staged.description, staged.price, staged.location) AS differs
) AS comparison
