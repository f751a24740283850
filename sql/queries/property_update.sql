UPDATE property
SET title = $2, description = $3, price = $4, location = $5
WHERE id = $1
RETURNING id, title, description, price, location, created_at, updated_at
