SELECT count(*), max(id)
FROM property_event
WHERE xid >= $1::text::xid8
