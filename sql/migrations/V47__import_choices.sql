-- The choices that staff made for the columns of a file, for the next file with the same columns. An older release does not
-- know the table, and reads files without choices.
CREATE TABLE import_choice (
    -- Of the names of the columns, in their order.
    header_hash bytea PRIMARY KEY CHECK (length(header_hash) = 32),
    choices jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
