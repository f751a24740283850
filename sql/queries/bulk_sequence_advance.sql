SELECT setval('property_id_seq', largest)
FROM (SELECT greatest($1::bigint, (SELECT max(id) FROM property)) AS largest) AS known, property_id_seq
WHERE largest >= last_value + is_called::int
