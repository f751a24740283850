-- A second request finds nothing, and does not wait for the first.
DELETE FROM import_upload
WHERE id = (
    SELECT id FROM import_upload
    WHERE user_id = $1 AND id = $2 AND expires_at > now()
    FOR UPDATE SKIP LOCKED
)
