-- Counts of searches and price ranges are exact up to a limit and are counted when they are needed, so the tallies of
-- prices and words, which slowed every write, are removed. The tally of locations stays.
--
-- The previous release reads the tallies. As long as it runs beside this one, views and a function of the same names
-- compute the same numbers from the listings: slower, but right. A later migration can drop them.

SET LOCAL lock_timeout = '5s';

-- A statement of the previous release locks a tally before `property`; a write locks them in the other order. To wait for
-- the second lock while holding the first could end in a deadlock, so both are taken at once or not at all.
DO $$
DECLARE
    give_up CONSTANT timestamptz := clock_timestamp() + interval '5 s';
BEGIN
    LOOP
        BEGIN
            LOCK TABLE property IN ACCESS EXCLUSIVE MODE;
            LOCK TABLE property_price_tally, property_word_tally IN ACCESS EXCLUSIVE MODE NOWAIT;
            EXIT;
        EXCEPTION WHEN lock_not_available THEN
            IF clock_timestamp() > give_up THEN
                RAISE;
            END IF;
            PERFORM pg_sleep(0.02);
        END;
    END LOOP;
END
$$;

DROP FUNCTION property_count_prices, property_count_words CASCADE;
DROP TABLE property_price_tally, property_word_tally;

-- The views call functions: a view that names a column would keep an administrator from changing the column's type.
CREATE FUNCTION property_price_tally_rows()
    RETURNS TABLE (id bigint, location_folded text, price_floor numeric, rows bigint)
    LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN QUERY SELECT p.id, p.location_folded, property_price_floor(p.price, 2), 1::bigint FROM property AS p
                 UNION ALL
                 SELECT p.id, '', property_price_floor(p.price, 3), 1 FROM property AS p;
END
$$;
CREATE VIEW property_price_tally AS SELECT * FROM property_price_tally_rows();

CREATE FUNCTION property_word_tally_rows() RETURNS TABLE (id bigint, word text, rows bigint)
    LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN QUERY SELECT p.id, w.word, 1::bigint
                 FROM property AS p CROSS JOIN LATERAL unnest(tsvector_to_array(p.search)) AS w (word);
END
$$;
CREATE VIEW property_word_tally AS SELECT id, word COLLATE "C" AS word, rows FROM property_word_tally_rows();

-- How many listings have a single word, as `property_query` finds it; NULL where more than a few have it.
CREATE OR REPLACE FUNCTION property_count_of_word(words text, longer text) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
    SELECT CASE WHEN count(*) <= 2000 THEN count(*) END
    FROM (SELECT FROM property WHERE search @@ property_query(words, longer) LIMIT 2001) AS found
$$;
