-- The year in which a building was built. No row that exists has one, so the constraint needs no scan to be valid.
SET LOCAL lock_timeout = '5s';
ALTER TABLE property
    ADD COLUMN year_built integer,
    ADD CONSTRAINT property_year_built_range CHECK (year_built BETWEEN 1000 AND 2100) NOT VALID;
