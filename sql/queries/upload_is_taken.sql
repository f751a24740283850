-- Whether an import in progress uses the user's file; otherwise no import can take it until this transaction ends.
SELECT EXISTS (SELECT FROM import_upload WHERE user_id = $1 AND expires_at > now())
   AND NOT EXISTS (SELECT FROM import_upload WHERE user_id = $1 FOR UPDATE SKIP LOCKED)
