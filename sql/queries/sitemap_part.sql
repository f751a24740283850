SELECT id, updated_at
FROM property
WHERE id BETWEEN $1 AND $2 AND status IN ('active', 'pending')
ORDER BY id
