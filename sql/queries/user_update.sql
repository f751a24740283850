UPDATE site_user
SET username = $2, email = $3, is_active = $4, is_staff = $5, is_superuser = $6, permissions = $7
WHERE id = $1
