COPY property (created_at, updated_at, {facts})
FROM STDIN (FORMAT binary)
