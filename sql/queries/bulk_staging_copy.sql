COPY property_staging (ordinal, line, cleared, id, created_at, updated_at, {facts})
FROM STDIN (FORMAT binary)
