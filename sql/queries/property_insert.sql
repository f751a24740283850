INSERT INTO property (title, description, price, location)
VALUES ($1, $2, $3, $4)
RETURNING id, title, description, price, location, created_at, updated_at
