CREATE TEMPORARY TABLE property_staging ON COMMIT DROP AS
SELECT 0::bigint AS ordinal, 0::bigint AS line, 0::bigint AS cleared, {columns}
FROM property
WITH NO DATA
