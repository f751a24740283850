-- A search also looks through the address, postcode, reference and features of a listing, and finds it by its type and its
-- number of bedrooms: “2 bed flat leith”. And the distance between two places.

SET LOCAL lock_timeout = '5s';

-- The column stays as it is, and is no longer generated from three columns: a trigger fills it. No row is rewritten. Listings
-- that are older get their new words in the background (V16).
ALTER TABLE property ALTER COLUMN search DROP EXPRESSION;
-- Of rows that are written while triggers are disabled.
ALTER TABLE property ALTER COLUMN search SET DEFAULT '';

CREATE FUNCTION property_fill_search() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('app.renew_search', true) IS DISTINCT FROM 'on'
        AND (NEW.title, NEW.location, NEW.description, NEW.reference, NEW.address, NEW.postcode, NEW.features,
             NEW.bedrooms, NEW.property_type, NEW.listing_type)
            IS NOT DISTINCT FROM
            (OLD.title, OLD.location, OLD.description, OLD.reference, OLD.address, OLD.postcode, OLD.features,
             OLD.bedrooms, OLD.property_type, OLD.listing_type) THEN
        NEW.search := OLD.search;
        RETURN NEW;
    END IF;
    NEW.search := property_lexemes(concat_ws(' ',
        NEW.title, NEW.location, NEW.description, NEW.reference, NEW.address, NEW.postcode,
        array_to_string(NEW.features, ' '),
        NEW.bedrooms || ' bed ' || NEW.bedrooms || ' bedroom',
        -- The words that people use for a type, besides its name.
        CASE NEW.property_type
            WHEN 'apartment' THEN 'apartment flat' WHEN 'studio' THEN 'studio flat' WHEN 'townhouse' THEN 'town house'
            WHEN 'land' THEN 'land plot' WHEN 'other' THEN NULL ELSE NEW.property_type
        END,
        CASE NEW.listing_type WHEN 'sale' THEN 'for sale' WHEN 'rent' THEN 'to rent' END));
    RETURN NEW;
END
$$;
-- Its name comes after that of `property_touch`, which gives a renewal the old row.
CREATE TRIGGER property_words BEFORE INSERT OR UPDATE ON property
    FOR EACH ROW EXECUTE FUNCTION property_fill_search();
ALTER TABLE property ENABLE ALWAYS TRIGGER property_words;

DELETE FROM property_search_renewal;
INSERT INTO property_search_renewal SELECT max(id) FROM property HAVING max(id) IS NOT NULL;

-- The history leaves out what the database computes: columns that are generated, and words to search for.
CREATE OR REPLACE FUNCTION generated_columns(of_table regclass) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(attname::text), '{}') FROM pg_attribute
    WHERE attrelid = of_table AND (attgenerated <> '' OR atttypid = 'pg_catalog.tsvector'::regtype)
$$;

-- The words that are offered for a misspelt one are those that a search finds.
DO $$
DECLARE
    old CONSTANT text := pg_get_functiondef('property_renew_vocabulary'::regproc);
    new CONSTANT text := replace(old, $old$title || ' ' || location || ' ' || description$old$,
        $new$concat_ws(' ', title, location, description, address, array_to_string(features, ' '))$new$);
BEGIN
    IF new = old THEN
        RAISE EXCEPTION 'the function property_renew_vocabulary is not as this migration expects it';
    END IF;
    EXECUTE new;
END $$;

-- The distance in metres between two places, by the haversine formula and the mean radius of the Earth.
CREATE FUNCTION property_distance(latitude numeric, longitude numeric, to_latitude numeric, to_longitude numeric)
    RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 2 * 6371008.8 * asin(least(1, sqrt(
        sin(radians((to_latitude - latitude)::double precision) / 2) ^ 2
        + cos(radians(latitude::double precision)) * cos(radians(to_latitude::double precision))
        * sin(radians((to_longitude - longitude)::double precision) / 2) ^ 2)));
