-- What a merge would do: the numbers of rows that it would add, change and leave unchanged; and of the rows to change,
-- how many have changed since the file was made, if the file has that time.
SELECT count(*) FILTER (WHERE property.id IS NULL),
       count(*) FILTER (WHERE property.id IS NOT NULL AND differs),
       count(*) FILTER (WHERE property.id IS NOT NULL AND NOT differs),
       count(*) FILTER (WHERE differs AND property.updated_at > staged.updated_at)
FROM property_staging AS staged
LEFT JOIN property ON property.id = staged.id
CROSS JOIN LATERAL (SELECT ({facts of property}) IS DISTINCT FROM ({facts of staged}) AS differs) AS comparison
