-- The rows of before: titles and locations in one form of Unicode, and the constraints of V17. Writers go on meanwhile.
SET LOCAL lock_timeout = '5s';

-- A row that the constraints refuse stays as it is; the form for editing it names what is wrong.
UPDATE property SET title = normalize(title, NFC), location = normalize(location, NFC)
WHERE octet_length(title) + octet_length(location) <> char_length(title) + char_length(location)
  AND (title IS NOT NFC NORMALIZED OR location IS NOT NFC NORMALIZED)
  AND char_length(normalize(title, NFC)) <= 200 AND char_length(normalize(location, NFC)) <= 100
  AND property_is_visible(title) AND property_keeps_direction(title)
  AND property_is_visible(description) AND property_keeps_direction(description)
  AND property_is_visible(location) AND property_keeps_direction(location);

DO $$
BEGIN
    ALTER TABLE property
        VALIDATE CONSTRAINT property_title_visible,
        VALIDATE CONSTRAINT property_description_visible,
        VALIDATE CONSTRAINT property_location_visible;
EXCEPTION WHEN check_violation THEN
    RAISE WARNING 'some listings have a text without anything to see, or one that changes direction: %', SQLERRM;
END
$$;
