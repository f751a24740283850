-- The actors in the history, at most $1 of them: one step in the index for each.
WITH RECURSIVE known AS (
    (SELECT actor, 1 AS number FROM history ORDER BY actor LIMIT 1)
    UNION ALL
    SELECT next.actor, known.number + 1
    FROM known
    CROSS JOIN LATERAL (
        SELECT actor FROM history WHERE history.actor > known.actor ORDER BY actor LIMIT 1
    ) AS next
    WHERE known.number < $1
)
SELECT actor FROM known
