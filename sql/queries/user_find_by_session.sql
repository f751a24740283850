-- A staff user with one of their sessions, and the number of unread enquiries up to 999, or 0 if they may not read
-- enquiries. The session's last use is recorded once a minute, and not while another transaction writes the row.
WITH seen AS (
    UPDATE session SET seen_at = now()
    WHERE name = (
        SELECT name FROM session
        WHERE name = $2 AND user_id = $1 AND seen_at < now() - interval '1 minute'
        FOR UPDATE SKIP LOCKED
    )
)
SELECT id, username, email, password_hash, session_stamp, is_active, is_staff, is_superuser, permissions, last_login,
       date_joined,
       CASE WHEN is_superuser OR 'enquiries' = ANY (permissions)
            THEN (SELECT count(*) FROM (SELECT FROM enquiry WHERE state = 'new' LIMIT 999) AS unread) ELSE 0 END
FROM site_user
WHERE id = $1 AND is_active AND is_staff
  AND EXISTS (SELECT FROM session WHERE name = $2 AND user_id = $1 AND expires_at > now())
