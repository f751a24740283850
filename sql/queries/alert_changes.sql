-- A snapshot, and the events of listings of the transactions that it shows and another did not: those from $1 on, and $2,
-- which were running. Only events that may matter to alerts; of one that changed many rows `after` lists some.
SELECT pg_current_snapshot()::text, event.entity_id, event.before, event.after
FROM (SELECT) AS one
LEFT JOIN LATERAL (
    SELECT id, entity_id, before, after FROM event_log
    WHERE (xid >= $1::text::xid8 OR xid = ANY ($2::text[]::xid8[])) AND xid < pg_snapshot_xmax(pg_current_snapshot())
      AND entity = 'listing' AND kind <> 'cleared'
      AND before - '{title,location,location_folded}'::text[] IS DISTINCT FROM after - '{title,location,location_folded}'::text[]
) AS event ON true
ORDER BY event.id
