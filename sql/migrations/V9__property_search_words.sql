-- The last word of a search finds words by their beginning. Stems don't tell it: `apartm` begins apartment, whose stem
-- is apart, and `fry` doesn't begin friendly, though its stem begins that one's. So each listing has its words beside
-- their stems.

-- The words of a text, separated by spaces: letters and digits, without accents, in lower case. All else parts them.
CREATE FUNCTION property_words(input text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
    -- Most texts have no other signs than these, and are done in a fifth of the time.
    words text := lower(replace(replace(replace(replace(
        input, ',', ' '), '.', ' '), '-', ' '), E'\n', ' ') COLLATE "C");
BEGIN
    IF words ~ '[^a-z0-9 ]' COLLATE "C" THEN
        -- An accent that is a character of its own is taken off its letter.
        words := regexp_replace(lower(unaccent(input) COLLATE "und-x-icu"), '[\u0300-\u036f]+', '', 'g');
        words := regexp_replace(words, '[^[:alnum:]]+', ' ', 'g');
    END IF;
    IF octet_length(words) > 2000 THEN
        -- No lexeme may have more bytes, and no search has more characters.
        words := (SELECT string_agg(left(word, 200), ' ' ORDER BY place)
                  FROM string_to_table(words, ' ') WITH ORDINALITY AS each (word, place));
    END IF;
    RETURN words;
END
$$;

-- Texts come without accents.
ALTER TEXT SEARCH CONFIGURATION property_search
    ALTER MAPPING FOR asciiword, asciihword, hword_asciipart, word, hword, hword_part WITH property_stem;

-- The stems of a text's words, and after the sign = each word that is not such a stem itself.
CREATE FUNCTION property_lexemes(input text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
    words CONSTANT tsvector :=
        array_to_tsvector(array_remove(string_to_array(property_words(input), ' '), ''));
    stems CONSTANT tsvector :=
        strip(to_tsvector('property_search', array_to_string(tsvector_to_array(words), ' ')));
    others CONSTANT text :=
        array_to_string(tsvector_to_array(ts_delete(words, tsvector_to_array(stems))), ' =');
BEGIN
    IF others = '' THEN
        RETURN stems;
    END IF;
    RETURN stems || array_to_tsvector(string_to_array('=' || others, ' '));
END
$$;

-- What a word finds besides the words that begin with it: its stem, and those of some longer words.
CREATE FUNCTION property_stems_beside(beginning text, longer text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
    -- No word ends in i that the stemmer would shorten, but it takes the beginning of headline for headly.
    words CONSTANT text := CASE WHEN beginning LIKE '%i' THEN longer ELSE beginning || ' ' || longer END;
BEGIN
    RETURN ARRAY(
        SELECT stem FROM unnest(tsvector_to_array(to_tsvector('property_search', words))) AS stem
        WHERE NOT stem ^@ beginning
    );
END
$$;

-- A search for all of some words, each by its stem; the last also by its beginning, and by the stems of longer words,
-- which begin with it.
CREATE FUNCTION property_query(words text, longer text) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
    each_word CONSTANT text[] := array_remove(string_to_array(property_words(words), ' '), '');
    last_word CONSTANT text := each_word[cardinality(each_word)];
    -- Letters and digits, which need no escape.
    stems CONSTANT text[] := property_stems_beside(last_word, longer);
    ending tsquery;
BEGIN
    IF last_word IS NULL THEN
        -- Signs are in no listing.
        RETURN '''='''::tsquery;
    END IF;
    ending := format('''%1$s'':* | ''=%1$s'':*', last_word)::tsquery;
    IF cardinality(stems) > 0 THEN
        ending := ending || ('''' || array_to_string(stems, ''' | ''') || '''')::tsquery;
    END IF;
    IF cardinality(each_word) = 1 THEN
        RETURN ending;
    END IF;
    RETURN plainto_tsquery('property_search', array_to_string(trim_array(each_word, 1), ' ')) && ending;
END
$$;

-- How many listings have a single word, as `property_query` finds it; NULL where that is not known without counting:
-- for several words, and for beginnings that several frequent words have.
DROP FUNCTION property_count_of_word;
CREATE FUNCTION property_count_of_word(words text, longer text) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
    each_word CONSTANT text[] := array_remove(string_to_array(property_words(words), ' '), '');
    beginning CONSTANT text := each_word[1];
    stems CONSTANT text[] := property_stems_beside(beginning, longer);
    -- The last text that has a beginning.
    last_sign CONSTANT text := E'\U0010FFFF';
    -- More are not counted faster this way.
    few CONSTANT bigint := 2000;
    -- From the most frequent to the least.
    found text[];
    counts bigint[];
BEGIN
    IF cardinality(each_word) <> 1 THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(word ORDER BY total DESC), array_agg(total ORDER BY total DESC) INTO found, counts FROM (
        SELECT word, sum(rows)::bigint AS total FROM property_word_tally
        CROSS JOIN LATERAL (SELECT (ts_lexize('property_stem', substr(word, 2)))[1] AS stem) AS of_word
        WHERE word >= beginning AND word <= beginning || last_sign
            OR word = ANY (stems)
            -- A listing that has a word has its stem, which is mostly found already.
            OR word >= '=' || beginning AND word <= '=' || beginning || last_sign
                AND NOT (word ~ '^=[a-z]+$' AND (stem ^@ beginning OR stem = ANY (stems)))
        GROUP BY word HAVING sum(rows) <> 0
    ) AS per_word;
    IF found IS NULL THEN
        RETURN 0;
    ELSIF cardinality(found) = 1 THEN
        RETURN counts[1];
    ELSIF cardinality(found) > 100 OR (SELECT sum(count) FROM unnest(counts[2:]) AS count) > few THEN
        RETURN NULL;
    END IF;
    -- Those that have only the rarer words come on top.
    RETURN counts[1] + (
        SELECT count(*) FROM property
        WHERE search @@ ('''' || array_to_string(found[2:], ''' | ''') || '''')::tsquery
          AND NOT found[1] = ANY(tsvector_to_array(search))
    );
END
$$;

ALTER TABLE property DROP COLUMN search;
ALTER TABLE property ADD COLUMN search tsvector NOT NULL
    GENERATED ALWAYS AS (property_lexemes(title || ' ' || location || ' ' || description)) STORED;
SET LOCAL maintenance_work_mem = '256MB';
CREATE INDEX property_search ON property USING gin (search);
-- Until the table is analyzed, the planner knows nothing of the column.
ANALYZE property (search);

TRUNCATE property_word_tally;
INSERT INTO property_word_tally (word, rows)
SELECT unnest(tsvector_to_array(search)), count(*) FROM property GROUP BY 1;
