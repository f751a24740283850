-- How many listings each location has, kept exact by statement-level triggers, so that a count costs the same at a
-- thousand rows and at a million.
--
-- A location may have several slots, whose sum is its count: a writer folds the slots that nobody else holds into
-- one and leaves the others alone, so writers never wait for each other here.

CREATE TABLE property_tally (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    location_folded text COLLATE "C" NOT NULL,
    rows bigint NOT NULL
);
CREATE INDEX property_tally_location ON property_tally (location_folded);

CREATE FUNCTION property_count_rows() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    deltas jsonb;
    place text;
    delta bigint;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM property_tally;
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT jsonb_object_agg(location_folded, change) INTO deltas FROM (
            SELECT location_folded, count(*) AS change FROM new_rows GROUP BY location_folded
        ) AS per_location;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT jsonb_object_agg(location_folded, change) INTO deltas FROM (
            SELECT location_folded, -count(*) AS change FROM old_rows GROUP BY location_folded
        ) AS per_location;
    ELSE
        SELECT jsonb_object_agg(location_folded, change) INTO deltas FROM (
            SELECT location_folded, sum(one) AS change FROM (
                SELECT location_folded, 1 AS one FROM new_rows
                UNION ALL
                SELECT location_folded, -1 FROM old_rows
            ) AS both_sides GROUP BY location_folded HAVING sum(one) <> 0
        ) AS per_location;
    END IF;
    FOR place, delta IN SELECT key, value::bigint FROM jsonb_each_text(deltas) LOOP
        -- Under snapshot isolation a row that another transaction replaced can't be folded; a new slot always can
        -- be added.
        WITH folded AS (
            DELETE FROM property_tally WHERE id IN (
                SELECT id FROM property_tally
                WHERE location_folded = place
                  AND current_setting('transaction_isolation') = 'read committed'
                FOR UPDATE SKIP LOCKED
            ) RETURNING rows
        )
        INSERT INTO property_tally (location_folded, rows)
        SELECT place, coalesce(sum(rows), 0) + delta FROM folded
        HAVING coalesce(sum(rows), 0) + delta <> 0;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE TRIGGER property_tally_insert AFTER INSERT ON property
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION property_count_rows();
CREATE TRIGGER property_tally_update AFTER UPDATE ON property
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION property_count_rows();
CREATE TRIGGER property_tally_delete AFTER DELETE ON property
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION property_count_rows();
CREATE TRIGGER property_tally_truncate AFTER TRUNCATE ON property
    FOR EACH STATEMENT EXECUTE FUNCTION property_count_rows();
ALTER TABLE property ENABLE ALWAYS TRIGGER property_tally_insert;
ALTER TABLE property ENABLE ALWAYS TRIGGER property_tally_update;
ALTER TABLE property ENABLE ALWAYS TRIGGER property_tally_delete;
ALTER TABLE property ENABLE ALWAYS TRIGGER property_tally_truncate;
