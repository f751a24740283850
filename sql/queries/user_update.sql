UPDATE site_user
SET username = $1, email = $2, is_active = $3, is_staff = $4, is_superuser = $5, permissions = $6
WHERE id = $7
