-- How many listings each range of prices has, in all and per location, kept exact by statement-level triggers. The
-- listings between two prices are whole ranges, which are summed, and parts of two ranges, which an index counts: so
-- a count costs much the same whether few listings match or most.
--
-- A range may have several slots, whose sum is its count, as in `property_tally`: writers never wait for each other
-- here.

-- The lowest price of the range that a price is in: all prices that begin with the same so many digits.
CREATE FUNCTION property_price_floor(price numeric, digits int) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT trunc(price, least(digits - length(trunc(price)::text), 0)) $$;

CREATE TABLE property_price_tally (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Ranges of a location have two digits; those of all, whose location is empty, have three.
    location_folded text COLLATE "C" NOT NULL,
    price_floor numeric(10, 2) NOT NULL,
    rows bigint NOT NULL
);
CREATE INDEX property_price_tally_range ON property_price_tally (location_folded, price_floor) INCLUDE (rows);

CREATE FUNCTION property_count_prices() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    places text[];
    floors numeric[];
    deltas bigint[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM property_price_tally;
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT array_agg(location_folded), array_agg(price_floor), array_agg(change)
        INTO places, floors, deltas FROM (
            SELECT location_folded, property_price_floor(price, 3) AS price_floor, count(*) AS change
            FROM new_rows GROUP BY 1, 2
        ) AS per_range;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(location_folded), array_agg(price_floor), array_agg(change)
        INTO places, floors, deltas FROM (
            SELECT location_folded, property_price_floor(price, 3) AS price_floor, -count(*) AS change
            FROM old_rows GROUP BY 1, 2
        ) AS per_range;
    ELSE
        SELECT array_agg(location_folded), array_agg(price_floor), array_agg(change)
        INTO places, floors, deltas FROM (
            SELECT location_folded, property_price_floor(price, 3) AS price_floor, sum(one) AS change FROM (
                SELECT location_folded, price, 1 AS one FROM new_rows
                UNION ALL
                SELECT location_folded, price, -1 FROM old_rows
            ) AS both_sides GROUP BY 1, 2 HAVING sum(one) <> 0
        ) AS per_range;
    END IF;
    IF places IS NULL THEN
        RETURN NULL;
    END IF;

    WITH changed AS (
        SELECT range.location_folded, range.price_floor, sum(delta) AS rows
        FROM unnest(places, floors, deltas) AS fine (place, floor, delta),
             LATERAL (VALUES ('', floor), (place, property_price_floor(floor, 2))) AS range (location_folded, price_floor)
        GROUP BY 1, 2 HAVING sum(delta) <> 0
    ), folded AS (
        -- Under snapshot isolation a row that another transaction replaced can't be folded; a new slot always can
        -- be added.
        DELETE FROM property_price_tally WHERE id IN (
            SELECT slot.id FROM property_price_tally AS slot JOIN changed USING (location_folded, price_floor)
            WHERE current_setting('transaction_isolation') = 'read committed'
            FOR UPDATE OF slot SKIP LOCKED
        ) RETURNING location_folded, price_floor, rows
    )
    INSERT INTO property_price_tally (location_folded, price_floor, rows)
    SELECT location_folded, price_floor, sum(rows)
    FROM (SELECT * FROM changed UNION ALL SELECT * FROM folded) AS slots
    GROUP BY 1, 2 HAVING sum(rows) <> 0;
    RETURN NULL;
END
$$;

-- The first trigger keeps writers out until the migration is committed, so that none is missed.
CREATE TRIGGER property_price_tally_insert AFTER INSERT ON property
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION property_count_prices();
CREATE TRIGGER property_price_tally_update AFTER UPDATE ON property
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION property_count_prices();
CREATE TRIGGER property_price_tally_delete AFTER DELETE ON property
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION property_count_prices();
CREATE TRIGGER property_price_tally_truncate AFTER TRUNCATE ON property
    FOR EACH STATEMENT EXECUTE FUNCTION property_count_prices();
ALTER TABLE property ENABLE ALWAYS TRIGGER property_price_tally_insert;
ALTER TABLE property ENABLE ALWAYS TRIGGER property_price_tally_update;
ALTER TABLE property ENABLE ALWAYS TRIGGER property_price_tally_delete;
ALTER TABLE property ENABLE ALWAYS TRIGGER property_price_tally_truncate;

INSERT INTO property_price_tally (location_folded, price_floor, rows)
SELECT location_folded, property_price_floor(price, 2), count(*) FROM property GROUP BY 1, 2
UNION ALL
SELECT '', property_price_floor(price, 3), count(*) FROM property GROUP BY 1, 2;
