UPDATE property
SET ({facts}) = ROW ({facts from $2})
WHERE id = $1
RETURNING {columns}
