-- Whoever comes second waits, and finds nothing.
DELETE FROM import_upload
WHERE user_id = $1 AND id = $2 AND expires_at > now()
RETURNING file_name, content
