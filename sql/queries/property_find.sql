SELECT {columns}
FROM property
WHERE id = $1
