SELECT id, username, email, password_hash, session_stamp, is_active, is_staff, is_superuser, permissions, last_login,
       date_joined
FROM site_user
WHERE email <> '' AND lower(email) = lower($1)
ORDER BY id
LIMIT 10
