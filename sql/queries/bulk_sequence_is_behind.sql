SELECT greatest($1::bigint, (SELECT max(id) FROM property)) >= last_value + is_called::int
FROM property_id_seq
