-- The names of the photos that listings have, or that changes since $1 removed or added.
SELECT DISTINCT jsonb_path_query(photos, '$[*].hash') AS hash
FROM (
    SELECT photos
    FROM property
    WHERE photos IS NOT NULL
    UNION ALL
    SELECT before -> 'photos'
    FROM history
    WHERE at >= $1 AND entity = 'listing' AND before ? 'photos'
    UNION ALL
    SELECT after -> 'photos'
    FROM history
    WHERE at >= $1 AND entity = 'listing' AND after ? 'photos'
) AS used
