-- The listings of a place that show their price, with prices from $2 to just below $4: the nearest ones from $3 on and below it.
-- One statement has one snapshot, so a listing whose price is changing is on one side or the other.
(SELECT {columns} FROM property
WHERE status IN ('active', 'pending') AND location_folded = $1 AND price >= $3 AND price < $4 AND id <> $5
    AND price_qualifier IS DISTINCT FROM 'on_application' ORDER BY price, id LIMIT $6)
UNION ALL
(SELECT {columns} FROM property
WHERE status IN ('active', 'pending') AND location_folded = $1 AND price >= $2 AND price < $3 AND id <> $5
    AND price_qualifier IS DISTINCT FROM 'on_application' ORDER BY price DESC, id DESC LIMIT $6)
