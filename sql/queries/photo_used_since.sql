-- The names of the photos that listings have, that changes since $1 removed or added, or that an import changed which can
-- still be undone.
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
    UNION ALL
    SELECT import_row.before -> 'photos'
    FROM import_row
    JOIN import_record ON import_record.id = import_row.import_id
    WHERE import_record.undone_at IS NULL AND import_record.at > now() - interval '30 days'
      AND jsonb_typeof(import_row.before -> 'photos') = 'array'
) AS used
