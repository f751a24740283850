INSERT INTO account_event (kind, user_id, username, changes)
SELECT 'sessions_ended', id, username, jsonb_build_array(jsonb_build_object('field', 'sessions', 'before', $2::text))
FROM site_user
WHERE id = $1
