SELECT {columns}
FROM property
WHERE id = ANY($1)
ORDER BY created_at DESC, id DESC
