-- How many listings have each word, kept exact by statement-level triggers: an index of words finds listings, but can't
-- tell whether they are visible, so to count a frequent word with it means to read most of the table.
--
-- A word may have several slots, whose sum is its count, as in `property_tally`: writers never wait for each other
-- here.

CREATE TABLE property_word_tally (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    word text COLLATE "C" NOT NULL,
    rows bigint NOT NULL
);
CREATE INDEX property_word_tally_word ON property_word_tally (word) INCLUDE (rows);

CREATE FUNCTION property_count_words() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    words text[];
    deltas bigint[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM property_word_tally;
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT array_agg(word), array_agg(change) INTO words, deltas FROM (
            SELECT unnest(tsvector_to_array(search)) AS word, count(*) AS change FROM new_rows GROUP BY 1
        ) AS per_word;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(word), array_agg(change) INTO words, deltas FROM (
            SELECT unnest(tsvector_to_array(search)) AS word, -count(*) AS change FROM old_rows GROUP BY 1
        ) AS per_word;
    ELSE
        WITH reworded AS (
            SELECT o.search AS before, n.search AS after FROM old_rows o FULL JOIN new_rows n ON n.id = o.id
            WHERE o.search IS DISTINCT FROM n.search
        )
        SELECT array_agg(word), array_agg(change) INTO words, deltas FROM (
            SELECT word, sum(one) AS change FROM (
                SELECT unnest(tsvector_to_array(after)) AS word, 1 AS one FROM reworded
                UNION ALL
                SELECT unnest(tsvector_to_array(before)), -1 FROM reworded
            ) AS both_sides GROUP BY word HAVING sum(one) <> 0
        ) AS per_word;
    END IF;
    IF words IS NULL THEN
        RETURN NULL;
    END IF;

    WITH changed AS (
        SELECT word COLLATE "C" AS word, delta AS rows FROM unnest(words, deltas) AS change (word, delta)
    ), folded AS (
        -- Under snapshot isolation a row that another transaction replaced can't be folded; a new slot always can
        -- be added.
        DELETE FROM property_word_tally WHERE id IN (
            SELECT slot.id FROM property_word_tally AS slot JOIN changed USING (word)
            WHERE current_setting('transaction_isolation') = 'read committed'
            FOR UPDATE OF slot SKIP LOCKED
        ) RETURNING word, rows
    )
    INSERT INTO property_word_tally (word, rows)
    SELECT word, sum(rows) FROM (SELECT * FROM changed UNION ALL SELECT * FROM folded) AS slots
    GROUP BY word HAVING sum(rows) <> 0;
    RETURN NULL;
END
$$;

-- How many listings match a query of one word, which is the beginning of any word of theirs; NULL where that is not
-- known without counting: for other queries, and for beginnings that several frequent words have.
CREATE FUNCTION property_count_of_word(query tsquery) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    beginning CONSTANT text := substring(query::text FROM '^''([^''\\]+)'':\*$');
    -- More are not counted faster this way.
    few CONSTANT bigint := 2000;
    -- From the most frequent to the least.
    words text[];
    counts bigint[];
BEGIN
    IF beginning IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(word ORDER BY total DESC), array_agg(total ORDER BY total DESC) INTO words, counts FROM (
        SELECT word, sum(rows)::bigint AS total FROM property_word_tally
        -- From the beginning itself to the last text that has it.
        WHERE word >= beginning AND word <= beginning || E'\U0010FFFF'
        GROUP BY word HAVING sum(rows) <> 0
    ) AS per_word;
    IF words IS NULL THEN
        RETURN 0;
    ELSIF cardinality(words) = 1 THEN
        RETURN counts[1];
    ELSIF cardinality(words) > 100 OR (SELECT sum(count) FROM unnest(counts[2:]) AS count) > few THEN
        RETURN NULL;
    END IF;
    -- Those that have only the rarer words come on top.
    RETURN counts[1] + (
        SELECT count(*) FROM property
        WHERE search @@ (
            SELECT string_agg('''' || replace(replace(word, '\', '\\'), '''', '''''') || '''', '|')::tsquery
            FROM unnest(words[2:]) AS word
        ) AND NOT words[1] = ANY(tsvector_to_array(search))
    );
END
$$;

-- The first trigger keeps writers out until the migration is committed, so that none is missed.
CREATE TRIGGER property_word_tally_insert AFTER INSERT ON property
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION property_count_words();
CREATE TRIGGER property_word_tally_update AFTER UPDATE ON property
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION property_count_words();
CREATE TRIGGER property_word_tally_delete AFTER DELETE ON property
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION property_count_words();
CREATE TRIGGER property_word_tally_truncate AFTER TRUNCATE ON property
    FOR EACH STATEMENT EXECUTE FUNCTION property_count_words();
ALTER TABLE property ENABLE ALWAYS TRIGGER property_word_tally_insert;
ALTER TABLE property ENABLE ALWAYS TRIGGER property_word_tally_update;
ALTER TABLE property ENABLE ALWAYS TRIGGER property_word_tally_delete;
ALTER TABLE property ENABLE ALWAYS TRIGGER property_word_tally_truncate;

INSERT INTO property_word_tally (word, rows)
SELECT unnest(tsvector_to_array(search)), count(*) FROM property GROUP BY 1;
