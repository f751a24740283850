-- The listings of a place with a price from $2 to just below $3, the most expensive first.
SELECT {columns} FROM property
WHERE status IN ('active', 'pending') AND location_folded = $1 AND price >= $2 AND price < $3 AND id <> $4 ORDER BY price DESC, id DESC LIMIT $5
