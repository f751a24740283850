-- A checksum of the newest events that snapshot $1 sees. Later snapshots give the same, unless events were lost or
-- replaced. A loaded dump may hold events of transaction ids that are not given yet: no snapshot sees those.
SELECT coalesce(hashtextextended(string_agg(concat_ws(' ', id, xid, extract(epoch FROM at)), ','
                                            ORDER BY xid DESC, id DESC), 0), 0)::text
FROM (
    SELECT id, xid, at FROM property_event
    WHERE xid < $2::text::xid8 AND pg_visible_in_snapshot(xid, $1::text::pg_snapshot)
    ORDER BY xid DESC, id DESC
    LIMIT 100
) AS newest
