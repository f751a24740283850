SELECT id, username, email, password_hash, is_active, is_staff, is_superuser
FROM site_user
WHERE username = $1
