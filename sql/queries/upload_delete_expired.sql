-- Those that somebody else is about to delete or to replace are theirs.
DELETE FROM import_upload
WHERE user_id IN (
    SELECT user_id FROM import_upload
    WHERE expires_at <= now()
    FOR UPDATE SKIP LOCKED
)
