-- Unchanged rows are omitted, because ON CONFLICT would lock and write each of them. Known ids come first and in order,
-- so that two loads of the same rows lock them in the same order. An inserted row had no earlier version: its xmax is
-- 0.
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
RETURNING (xmax = 0) AS is_new
)
SELECT count(*), count(*) FILTER (WHERE is_new) FROM merged
