SELECT id, title, description, price, location, created_at, updated_at
FROM property
WHERE id = $1
FOR UPDATE
