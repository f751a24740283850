-- What an import in the admin changed, so that it can be undone as a whole for 30 days. An older release does not record its
-- imports.
CREATE TABLE import_record (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    file_name text NOT NULL,
    added bigint NOT NULL DEFAULT 0,
    changed bigint NOT NULL DEFAULT 0,
    withdrawn bigint NOT NULL DEFAULT 0,
    undone_at timestamptz
);

CREATE TABLE import_row (
    import_id bigint NOT NULL REFERENCES import_record (id) ON DELETE CASCADE,
    listing_id bigint NOT NULL,
    -- The listing before the import; null for one that the import added.
    before jsonb,
    -- The listing's time of change after the import: one that has changed since is left alone.
    version timestamptz,
    PRIMARY KEY (import_id, listing_id)
);
