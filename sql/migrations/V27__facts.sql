-- The facts of a listing. All are optional; a listing is active until its status says otherwise. No row is rewritten: the
-- columns are null or have a constant default.
SET LOCAL lock_timeout = '5s';

-- Whether a text of a fact is one that the form accepts. The body is bound when the function is created, so that a restore
-- with an empty search path finds what it calls.
CREATE FUNCTION property_is_text(input text, most integer) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN input <> '' AND char_length(input) <= most AND input = property_trim(input)
        AND input !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f]' AND input IS NFC NORMALIZED
        AND (input ~ '[!-~]' OR property_is_visible(input)) AND property_keeps_direction(input);

-- The same of a list of texts, none of which contains what separates them in files and forms.
CREATE FUNCTION property_are_texts(input text[], items integer, most integer) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
    item text;
BEGIN
    IF cardinality(input) > items OR array_ndims(input) > 1 THEN
        RETURN false;
    END IF;
    FOREACH item IN ARRAY input LOOP
        IF item IS NULL OR item ~ '[|\n]' OR NOT property_is_text(item, most) THEN
            RETURN false;
        END IF;
    END LOOP;
    RETURN true;
END
$$;

ALTER TABLE property
    ADD COLUMN reference text,
    ADD COLUMN status text NOT NULL DEFAULT 'active',
    ADD COLUMN listing_type text,
    ADD COLUMN price_period text,
    ADD COLUMN price_qualifier text,
    ADD COLUMN property_type text,
    ADD COLUMN bedrooms integer,
    ADD COLUMN bathrooms integer,
    ADD COLUMN floor_area numeric(9, 2),
    ADD COLUMN address text,
    ADD COLUMN postcode text,
    ADD COLUMN latitude numeric(9, 6),
    ADD COLUMN longitude numeric(9, 6),
    ADD COLUMN available_from date,
    ADD COLUMN features text[],
    ADD CONSTRAINT property_reference_text CHECK (property_is_text(reference, 64)) NOT VALID,
    ADD CONSTRAINT property_status_choice
        CHECK (status IN ('draft', 'active', 'pending', 'closed', 'withdrawn')) NOT VALID,
    ADD CONSTRAINT property_listing_type_choice CHECK (listing_type IN ('sale', 'rent')) NOT VALID,
    ADD CONSTRAINT property_price_period_choice CHECK (price_period IN ('day', 'week', 'month', 'year')) NOT VALID,
    ADD CONSTRAINT property_price_period_rent
        CHECK (price_period IS NULL OR listing_type IS NOT DISTINCT FROM 'rent') NOT VALID,
    ADD CONSTRAINT property_price_qualifier_choice
        CHECK (price_qualifier IN ('from', 'guide', 'offers_over', 'fixed', 'on_application')) NOT VALID,
    ADD CONSTRAINT property_property_type_choice CHECK (property_type IN (
        'house', 'apartment', 'studio', 'townhouse', 'bungalow', 'room', 'land', 'commercial', 'other')) NOT VALID,
    ADD CONSTRAINT property_bedrooms_range CHECK (bedrooms BETWEEN 0 AND 99) NOT VALID,
    ADD CONSTRAINT property_bathrooms_range CHECK (bathrooms BETWEEN 0 AND 99) NOT VALID,
    -- NaN is above every number.
    ADD CONSTRAINT property_floor_area_range CHECK (floor_area > 0 AND floor_area <= 9999999.99) NOT VALID,
    ADD CONSTRAINT property_address_text CHECK (property_is_text(address, 255)) NOT VALID,
    ADD CONSTRAINT property_postcode_text CHECK (property_is_text(postcode, 10)) NOT VALID,
    ADD CONSTRAINT property_latitude_range CHECK (latitude BETWEEN -90 AND 90) NOT VALID,
    ADD CONSTRAINT property_longitude_range CHECK (longitude BETWEEN -180 AND 180) NOT VALID,
    ADD CONSTRAINT property_longitude_pair CHECK ((latitude IS NULL) = (longitude IS NULL)) NOT VALID,
    ADD CONSTRAINT property_available_from_range
        CHECK (available_from BETWEEN date '0001-01-01' AND date '9999-12-31') NOT VALID,
    ADD CONSTRAINT property_features_texts CHECK (property_are_texts(features, 30, 60)) NOT VALID;

ALTER TABLE property
    VALIDATE CONSTRAINT property_reference_text,
    VALIDATE CONSTRAINT property_status_choice,
    VALIDATE CONSTRAINT property_listing_type_choice,
    VALIDATE CONSTRAINT property_price_period_choice,
    VALIDATE CONSTRAINT property_price_period_rent,
    VALIDATE CONSTRAINT property_price_qualifier_choice,
    VALIDATE CONSTRAINT property_property_type_choice,
    VALIDATE CONSTRAINT property_bedrooms_range,
    VALIDATE CONSTRAINT property_bathrooms_range,
    VALIDATE CONSTRAINT property_floor_area_range,
    VALIDATE CONSTRAINT property_address_text,
    VALIDATE CONSTRAINT property_postcode_text,
    VALIDATE CONSTRAINT property_latitude_range,
    VALIDATE CONSTRAINT property_longitude_range,
    VALIDATE CONSTRAINT property_longitude_pair,
    VALIDATE CONSTRAINT property_available_from_range,
    VALIDATE CONSTRAINT property_features_texts,
    VALIDATE CONSTRAINT property_year_built_range;
