-- New rows whose title, price and location a listing has: how many, and the lines of the first.
SELECT count(*), coalesce((array_agg(line ORDER BY ordinal))[:10], '{}')
FROM property_staging AS staged
WHERE id IS NULL AND EXISTS (
    SELECT FROM property
    WHERE property.title = staged.title AND property.price = staged.price AND property.location = staged.location
)
