-- Who is in the log, at most $1 of them: one step in the index for each.
WITH RECURSIVE known AS (
    (SELECT actor, 1 AS number FROM property_event ORDER BY actor LIMIT 1)
    UNION ALL
    SELECT next.actor, known.number + 1
    FROM known
    CROSS JOIN LATERAL (
        SELECT actor FROM property_event WHERE property_event.actor > known.actor ORDER BY actor LIMIT 1
    ) AS next
    WHERE known.number < $1
)
SELECT actor FROM known
