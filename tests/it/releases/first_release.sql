-- Statements of release 0.1.0 as it sends them (with values for parameters), each after a line with its name.
-- It was made for the migrations up to V19.
-- insert
INSERT INTO property (title, description, price, location)
VALUES ('Written by 0.1.0', 'D', 1.50, 'Leith')
RETURNING id, title, description, price, location, created_at, updated_at
-- update
UPDATE property
SET title = 'Changed by 0.1.0', description = 'E', price = 2.50, location = 'Joppa'
WHERE id = $id
RETURNING id, title, description, price, location, created_at, updated_at
-- lock
SELECT id, title, description, price, location, created_at, updated_at
FROM property
WHERE id = $id
FOR UPDATE
-- delete
DELETE FROM property WHERE id = ANY('{$id}')
-- list
SELECT id, title, description, price, location, created_at, updated_at FROM property
ORDER BY created_at DESC, id DESC LIMIT 25
-- list of a place
SELECT id, title, description, price, location, created_at, updated_at FROM property
WHERE location_folded = 'leith' AND price >= 5 ORDER BY price ASC, id ASC LIMIT 25 OFFSET 0
-- search
SELECT id, title, description, price, location, created_at, updated_at FROM property
WHERE search @@ property_query('home', NULL) ORDER BY created_at DESC, id DESC LIMIT 25 OFFSET 0
-- count
SELECT coalesce(sum(rows), 0)::bigint FROM property_tally
-- count of prices
SELECT ((SELECT coalesce(sum(rows), 0) FROM property_price_tally
         WHERE location_folded = '' AND price_floor >= property_price_floor(7, 3))
    - (SELECT count(*) FROM property WHERE price >= property_price_floor(7, 3) AND price < 7))::bigint
-- listing
SELECT id, title, description, price, location, created_at, updated_at
FROM property
WHERE id = 1
-- similar
SELECT id, title, description, price, location, created_at, updated_at FROM property
WHERE location_folded = 'leith' AND price >= 1000 AND price < 2000 AND id <> 1 ORDER BY price, id LIMIT 4
-- places
SELECT newest.location, per_place.listings
FROM (
    SELECT location_folded, sum(rows)::bigint AS listings FROM property_tally
    WHERE strpos(unaccent(location_folded), unaccent(lower('lei'::text COLLATE "und-x-icu"))) > 0
    GROUP BY location_folded HAVING sum(rows) > 0
    ORDER BY sum(rows) DESC, location_folded LIMIT 10
) AS per_place
CROSS JOIN LATERAL (
    SELECT location FROM property WHERE property.location_folded = per_place.location_folded
    ORDER BY created_at DESC, id DESC LIMIT 1
) AS newest
ORDER BY per_place.listings DESC, per_place.location_folded
-- departures
SELECT max(at)
FROM property_departure
WHERE kind = 'all' OR (kind = 'location' OR (kind = 'edits' AND false)) AND name = ANY ('{leith}')
-- events
SELECT id, kind, property_id, before - 'description', after - 'description', row_count, actor, tags,
       concat(xid, '-', (extract(epoch FROM at) * 1000000)::bigint) AS origin
FROM property_event
WHERE (xid >= '3'::text::xid8 OR xid = ANY ('{}'::text[]::xid8[])) AND xid < pg_snapshot_xmax(pg_current_snapshot())
ORDER BY id
LIMIT 100
-- state of the log
SELECT (SELECT string_agg(xmin::text, ',') FROM property_event_removal),
       pg_current_snapshot()::text, property_event_tail(pg_current_snapshot())
-- user
SELECT id, username, email, password_hash, session_stamp, is_active, is_staff, is_superuser, permissions, last_login,
       date_joined
FROM site_user
WHERE username = 'ada'
-- session
WITH expired AS (
    DELETE FROM session WHERE key_hash IN (
        SELECT key_hash FROM session WHERE expires_at < now() AND key_hash <> '\x00'
        LIMIT 100 FOR UPDATE SKIP LOCKED
    )
)
UPDATE session SET expires_at = now() + make_interval(secs => 60) WHERE key_hash = '\x01' AND expires_at > now()
