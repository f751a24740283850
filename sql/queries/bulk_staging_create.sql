CREATE TEMPORARY TABLE property_staging (
    ordinal bigint NOT NULL,
    id bigint,
    title text NOT NULL,
    description text NOT NULL,
    price numeric(10, 2) NOT NULL,
    location text NOT NULL,
    created_at timestamptz,
    updated_at timestamptz
) ON COMMIT DROP
