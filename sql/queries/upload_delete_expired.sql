-- Files that another transaction is about to delete or replace are left to it.
DELETE FROM import_upload
WHERE user_id IN (
    SELECT user_id FROM import_upload
    WHERE expires_at <= now()
    FOR UPDATE SKIP LOCKED
)
