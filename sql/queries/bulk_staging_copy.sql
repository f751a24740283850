COPY property_staging (ordinal, id, created_at, updated_at, {facts})
FROM STDIN (FORMAT binary)
