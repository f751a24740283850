SELECT id, title, description, price, location, created_at, updated_at
FROM property
WHERE id = ANY($1)
ORDER BY created_at DESC, id DESC
