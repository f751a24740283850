-- Takes out the staged rows that the table can't have: the reference is another listing's, or two facts don't go together. A
-- listing keeps the facts that the file does not have, so $1 to $5 say whether it has each.
WITH checked AS (
    SELECT staged.ordinal, CASE
        WHEN $1 AND EXISTS (
            SELECT FROM property AS other
            WHERE lower(other.reference) = lower(staged.reference) AND other.id IS DISTINCT FROM staged.id
        ) THEN 'reference'
        WHEN CASE WHEN $3 THEN staged.price_period ELSE property.price_period END IS NOT NULL
            AND CASE WHEN $2 THEN staged.listing_type ELSE property.listing_type END IS DISTINCT FROM 'rent'
            THEN 'price_period'
        WHEN (CASE WHEN $4 THEN staged.latitude ELSE property.latitude END IS NULL)
            <> (CASE WHEN $5 THEN staged.longitude ELSE property.longitude END IS NULL) THEN 'longitude'
    END AS field
    FROM property_staging AS staged
    LEFT JOIN property ON property.id = staged.id
)
DELETE FROM property_staging AS staged
USING checked
WHERE checked.ordinal = staged.ordinal AND checked.field IS NOT NULL
RETURNING staged.line, checked.field, coalesce(staged.reference, '')
