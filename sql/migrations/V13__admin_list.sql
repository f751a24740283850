-- What the admin's list needs: an index for each column that the public list is not sorted by, and a place for a file
-- between the look at what it would do and its import.

-- As a dictionary sorts words, whatever the server's locale.
CREATE INDEX property_title ON property (title COLLATE "und-x-icu", id);
CREATE INDEX property_changed ON property (updated_at DESC, id DESC);

-- Each member of staff has one file at most, which nobody else sees.
CREATE TABLE import_upload (
    user_id bigint PRIMARY KEY REFERENCES site_user (id) ON DELETE CASCADE,
    -- Tells a file from the one that took its place.
    id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    file_name text NOT NULL CHECK (char_length(file_name) <= 255),
    content bytea NOT NULL CHECK (octet_length(content) <= 20 * 1024 * 1024),
    expires_at timestamptz NOT NULL
);
CREATE INDEX import_upload_expires_at ON import_upload (expires_at);
-- It is read once or twice: not worth compressing.
ALTER TABLE import_upload ALTER COLUMN content SET STORAGE EXTERNAL;
