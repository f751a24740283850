WITH forgotten AS (
    DELETE FROM login_failure WHERE at < now() - interval '1 hour'
)
INSERT INTO login_failure (subject) SELECT unnest($1::text[])
