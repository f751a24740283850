-- Rows that the table already has as they are stay out, for ON CONFLICT would lock each and write that down. Known ids
-- come first and in order, so that two loads of the same rows lock them in the same order.
-- A row that was inserted has had no other version: its xmax is 0.
WITH merged AS (
INSERT INTO property (id, title, description, price, location, created_at, updated_at)
SELECT coalesce(id, nextval('property_id_seq')), title, description, price, location,
       coalesce(created_at, now()), coalesce(updated_at, now())
FROM (
    SELECT * FROM property_staging AS staged
    WHERE NOT EXISTS (
        SELECT FROM property
        WHERE property.id = staged.id
          AND (property.title, property.description, property.price, property.location)
              = (staged.title, staged.description, staged.price, staged.location)
    )
    ORDER BY id NULLS LAST, ordinal
) AS different
ON CONFLICT (id) DO UPDATE
SET title = excluded.title, description = excluded.description, price = excluded.price, location = excluded.location
WHERE (property.title, property.description, property.price, property.location)
    IS DISTINCT FROM (excluded.title, excluded.description, excluded.price, excluded.location)
RETURNING (xmax = 0) AS is_new
)
SELECT count(*), count(*) FILTER (WHERE is_new) FROM merged
