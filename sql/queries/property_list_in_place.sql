-- The newest listings of a place, but for one.
SELECT {columns} FROM property
WHERE status IN ('active', 'pending') AND location_folded = $1 AND id <> $2 ORDER BY created_at DESC, id DESC LIMIT $3
