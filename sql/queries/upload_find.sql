SELECT file_name, content FROM import_upload
WHERE user_id = $1 AND id = $2 AND expires_at > now()
