INSERT INTO site_user (username, email, password_hash, is_staff, is_superuser)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (username) DO NOTHING
RETURNING id
