-- The places with the most listings, each as its newest listing spells it, at most as many as the marker says. It is no
-- parameter: without any, a connection plans the statement once and not once per query, and the first page needs it.
SELECT newest.location, per_place.listings
FROM (
    SELECT location_folded, sum(rows)::bigint AS listings FROM property_tally
    GROUP BY location_folded HAVING sum(rows) > 0
    ORDER BY sum(rows) DESC, location_folded LIMIT /* limit */
) AS per_place
CROSS JOIN LATERAL (
    SELECT location FROM property WHERE property.location_folded = per_place.location_folded
    ORDER BY created_at DESC, id DESC LIMIT 1
) AS newest
ORDER BY per_place.listings DESC, per_place.location_folded
