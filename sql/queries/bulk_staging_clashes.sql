-- Removes the staged rows that the table would refuse: the reference belongs to another listing, two facts contradict
-- each other, or a new listing lacks a required fact.
WITH checked AS (
    SELECT ordinal, CASE
        WHEN title IS NULL THEN 'title'
        WHEN description IS NULL THEN 'description'
        WHEN price IS NULL THEN 'price'
        WHEN location IS NULL THEN 'location'
        WHEN EXISTS (
            SELECT FROM property AS other
            WHERE lower(other.reference) = lower(staged.reference) AND other.id IS DISTINCT FROM staged.id
        ) THEN 'reference'
        WHEN price_period IS NOT NULL AND listing_type IS DISTINCT FROM 'rent' THEN 'price_period'
        WHEN (latitude IS NULL) <> (longitude IS NULL) THEN 'longitude'
    END AS field
    FROM property_staging AS staged
)
DELETE FROM property_staging AS staged
USING checked
WHERE checked.ordinal = staged.ordinal AND checked.field IS NOT NULL
RETURNING staged.line, checked.field, coalesce(staged.reference, '')
