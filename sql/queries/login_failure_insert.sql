WITH forgotten AS (
    DELETE FROM login_failure WHERE at < now() - interval '1 hour'
)
INSERT INTO login_failure (subject, account, address) SELECT unnest($1::text[]), $2, $3
