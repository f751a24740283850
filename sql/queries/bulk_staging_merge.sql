-- Unchanged rows are left out, because ON CONFLICT would lock each, which writes to the table. Known ids come first and in order,
-- so that two loads of the same rows lock them in the same order.
-- An inserted row has had no other version: its xmax is 0. It is recorded if the import can be undone.
WITH merged AS (
INSERT INTO property (id, created_at, updated_at, {facts})
SELECT coalesce(id, nextval('property_id_seq')), coalesce(created_at, now()), coalesce(updated_at, now()), {facts}
FROM (
    SELECT * FROM property_staging AS staged
    WHERE NOT EXISTS (
        SELECT FROM property
        WHERE property.id = staged.id AND ({facts of property}) IS NOT DISTINCT FROM ({facts of staged})
    )
    ORDER BY id NULLS LAST, ordinal
) AS different
ON CONFLICT (id) DO UPDATE
SET ({facts}) = ROW ({facts of excluded})
WHERE ({facts of property}) IS DISTINCT FROM ({facts of excluded})
RETURNING id, (xmax = 0) AS is_new
), recorded AS (
INSERT INTO import_row (import_id, listing_id)
SELECT $1::bigint, id FROM merged WHERE is_new AND $1::bigint IS NOT NULL
)
SELECT count(*), count(*) FILTER (WHERE is_new) FROM merged
