CREATE TEMPORARY TABLE property_staging ON COMMIT DROP AS
SELECT 0::bigint AS ordinal, {columns}
FROM property
WITH NO DATA
