SELECT id, username, email, password_hash, session_stamp, is_active, is_staff, is_superuser, permissions, last_login,
       date_joined, count(*) OVER ()
FROM site_user
WHERE ($1 = '' OR strpos(lower(username), lower($1)) > 0 OR strpos(lower(email), lower($1)) > 0)
  AND ($2::text IS NULL OR $2 = CASE WHEN is_staff AND is_superuser THEN 'superuser'
                                     WHEN is_staff THEN 'staff' ELSE 'other' END)
  AND ($3::boolean IS NULL OR is_active = $3)
ORDER BY lower(username), id
LIMIT $4 OFFSET $5
