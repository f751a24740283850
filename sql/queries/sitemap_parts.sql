-- Each part with the latest change of its listings, including deletions.
WITH RECURSIVE part (number, updated_at, place) AS (
    (
        SELECT (id - 1) / 5000, updated_at, 1::bigint
        FROM property
        WHERE status IN ('active', 'pending')
        ORDER BY (id - 1) / 5000 DESC, updated_at DESC
        LIMIT 1
    )
    UNION ALL
    SELECT lower.number, lower.updated_at, part.place + 1
    FROM part, LATERAL (
        SELECT (id - 1) / 5000, updated_at
        FROM property
        WHERE (id - 1) / 5000 < part.number AND status IN ('active', 'pending')
        ORDER BY (id - 1) / 5000 DESC, updated_at DESC
        LIMIT 1
    ) AS lower (number, updated_at)
    WHERE part.place < $1
)
SELECT number + 1, greatest(
    updated_at,
    (SELECT max(at) FROM property_departure WHERE kind = 'part' AND name = (number + 1)::text),
    (SELECT max(at) FROM property_departure WHERE kind = 'all')
)
FROM part ORDER BY number
