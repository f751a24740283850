-- The places with the most listings, each spelled as in its newest listing: at most $2 places whose names contain $1
-- (all if it is empty), which have listings of the status, and which are in $3 unless it is null. LIKE is not used,
-- because unaccent turns some characters into its wildcards.
SELECT newest.location, per_place.listings
FROM (
    SELECT location_folded, sum(rows)::bigint AS listings FROM property_tally
    WHERE ($1::text = '' OR strpos(unaccent(location_folded), unaccent(lower($1 COLLATE "und-x-icu"))) > 0)
        AND {of_status}
        AND ($3::text[] IS NULL OR location_folded = ANY ($3))
    GROUP BY location_folded HAVING sum(rows) > 0
    ORDER BY sum(rows) DESC, location_folded LIMIT $2
) AS per_place
CROSS JOIN LATERAL (
    SELECT location FROM property WHERE property.location_folded = per_place.location_folded AND {of_status}
    ORDER BY created_at DESC, id DESC LIMIT 1
) AS newest
ORDER BY per_place.listings DESC, per_place.location_folded
