-- An update's event also has the location as it was typed, before and after, if the update changed that: a list of places
-- shows each as its newest listing spells it. Any other update within a location leaves the numbers of listings and the
-- spellings of places as they are, so caches keep them. Older releases ignore the value.
DO $$
DECLARE
    old CONSTANT text := pg_get_functiondef('log_rows'::regproc);
    new CONSTANT text := replace(old, 'FROM unnest(tag_columns) AS name', $new$FROM unnest(tag_columns || CASE
                    WHEN kind = 'updated' AND before ->> 'location' <> after ->> 'location'
                    THEN ARRAY['location'] END) AS name$new$);
BEGIN
    IF new = old THEN
        RAISE EXCEPTION 'the function log_rows is not as this migration expects it';
    END IF;
    EXECUTE new;
END $$;
