COPY property (created_at, updated_at, search, {facts})
FROM STDIN (FORMAT binary)
