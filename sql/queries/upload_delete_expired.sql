-- Skips files that another transaction is deleting or replacing.
DELETE FROM import_upload
WHERE user_id IN (
    SELECT user_id FROM import_upload
    WHERE expires_at <= now()
    FOR UPDATE SKIP LOCKED
)
