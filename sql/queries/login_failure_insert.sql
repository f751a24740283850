-- Each insert deletes a few entries that are older than an hour.
WITH forgotten AS (
    DELETE FROM login_failure WHERE ctid IN (
        SELECT ctid FROM login_failure WHERE at < now() - interval '1 hour'
        LIMIT 100 FOR UPDATE SKIP LOCKED
    )
)
INSERT INTO login_failure (subject, account, address) SELECT unnest($1::text[]), $2, $3
