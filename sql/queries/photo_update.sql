UPDATE property
SET photos = $2
WHERE id = $1
RETURNING {columns}
