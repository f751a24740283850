-- A hash that the account had before is not restored: it may have been upgraded in the meantime.
INSERT INTO site_user AS known (username, email, is_active, is_staff, is_superuser, permissions, password_hash,
                                last_login, date_joined)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, now()))
ON CONFLICT (username) DO UPDATE
SET email = excluded.email, is_active = excluded.is_active, is_staff = excluded.is_staff,
    is_superuser = excluded.is_superuser, permissions = excluded.permissions,
    password_hash = CASE WHEN known.session_stamp = site_user_stamp(excluded.password_hash)
                         THEN known.password_hash ELSE excluded.password_hash END,
    last_login = greatest(known.last_login, excluded.last_login),
    date_joined = least(known.date_joined, coalesce($9, known.date_joined))
WHERE (known.email, known.is_active, known.is_staff, known.is_superuser, known.permissions, known.session_stamp,
       known.last_login, known.date_joined)
    IS DISTINCT FROM (excluded.email, excluded.is_active, excluded.is_staff, excluded.is_superuser,
       excluded.permissions, site_user_stamp(excluded.password_hash), greatest(known.last_login, excluded.last_login),
       least(known.date_joined, coalesce($9, known.date_joined)))
