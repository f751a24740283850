SELECT id, updated_at
FROM property
WHERE id BETWEEN $1 AND $2
ORDER BY id
