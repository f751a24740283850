-- The photos of a listing in their order, the main one first; null where there are none. No row that exists has any, so the
-- constraint needs no scan to be valid. Every element is one that the site can read, whichever program wrote it.
SET LOCAL lock_timeout = '5s';
ALTER TABLE property
    ADD COLUMN photos jsonb,
    ADD CONSTRAINT property_photos_list CHECK (
        CASE jsonb_typeof(photos) WHEN 'array' THEN
            jsonb_array_length(photos) BETWEEN 1 AND 40
            AND jsonb_array_length(photos) = jsonb_array_length(jsonb_path_query_array(photos, 'strict $[*] ? (
                @.type() == "object" && @.hash like_regex "^[0-9a-f]{32}$" && @.alt like_regex "^[^\\n\\r\\t]{0,200}$"
                && @.width >= 1 && @.width <= 1920 && @.width.floor() == @.width
                && @.height >= 1 && @.height <= 3840 && @.height.floor() == @.height)'))
        ELSE photos IS NULL END
    ) NOT VALID;
