INSERT INTO site_user (username, email, password_hash, is_active, is_staff, is_superuser, permissions)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (username) DO NOTHING
RETURNING id
