INSERT INTO site_user (username, email, is_active, is_staff, is_superuser, permissions, password_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (username) DO NOTHING
RETURNING id
