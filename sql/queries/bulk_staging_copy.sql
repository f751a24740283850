COPY property_staging (ordinal, id, title, description, price, location, created_at, updated_at)
FROM STDIN (FORMAT binary)
