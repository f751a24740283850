COPY property_staging (ordinal, line, id, created_at, updated_at, {facts})
FROM STDIN (FORMAT binary)
