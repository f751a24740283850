-- A search finds words however they are joined: `obrien` finds O'Brien, `ensuite` finds en-suite and en suite, and
-- `eh6 5ab` finds EH65AB. Each listing has the joined forms beside the parts; a search tries its neighbouring words
-- joined. Listings that are older get their joined forms in the background (`property_search_renewal`): no migration
-- rewrites the table.

SET LOCAL lock_timeout = '5s';

-- Words that are not joined with their neighbours: almost every pair of words has one.
CREATE FUNCTION property_is_joint(word text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT word IN ('a', 'an', 'and', 'are', 'as', 'at', 'be', 'by', 'for', 'from', 'has', 'have', 'in', 'is', 'it',
                    'its', 'of', 'on', 'or', 'our', 'that', 'the', 'this', 'to', 'was', 'we', 'with', 'you', 'your')
$$;

-- What is joined by signs in a text, separated by spaces: what a hyphen or an apostrophe parts (wi-fi, O'Brien), and what
-- no white space parts (24/7, U.S.A.).
CREATE FUNCTION property_signed_words(input text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
    -- Hyphens, dashes, apostrophes and accents that stand for one, and characters of no width.
    hyphens CONSTANT text := '-''`´‐‑‒–—―−﹘﹣－‘’‚‛′‵＇ꞌ՚׳' || E'\u00AD\u200B\u200C\u200D\u2060\uFEFF';
    -- Letters and digits with signs between them; some apostrophes count as letters (Hawaiʻi).
    runs text;
    unhyphened text;
    unsigned text;
BEGIN
    -- Most texts have no other signs than these, and are done in a third of the time.
    IF input !~ '[^\x01-\x7f]' COLLATE "C" THEN
        unhyphened := translate(input, '-''`', '');
        IF unhyphened ~ '[A-Za-z0-9][^A-Za-z0-9[:space:]]+[A-Za-z0-9]' COLLATE "C" THEN
            unsigned := regexp_replace(
                unhyphened COLLATE "C", '([A-Za-z0-9])[^A-Za-z0-9[:space:]]+(?=[A-Za-z0-9])', '\1', 'g');
        END IF;
    ELSE
        runs := (
            SELECT string_agg(run[1], ' ')
            FROM regexp_matches(input COLLATE "und-x-icu",
                                '[[:alnum:]]+(?:[^[:alnum:][:space:]]+[[:alnum:]]+)+|[[:alnum:]]+[ʰ-˿][[:alnum:]]+', 'g') AS run);
        unhyphened := regexp_replace(translate(runs, hyphens, ''), '[ʰ-˿]+', '', 'g');
        unsigned := regexp_replace(unhyphened COLLATE "und-x-icu", '[^[:alnum:][:space:]]+', '', 'g');
    END IF;
    RETURN property_words(concat_ws(' ', unhyphened, nullif(unsigned, unhyphened)));
END
$$;

-- The stems of a text's words and of their joined forms, and after the sign = each that is not such a stem itself. Joined
-- are what signs join, and two neighbours of which the first has at most four characters (en suite, 2 bed, EH6 5AA); but
-- no number after a word, or a beginning would find as many words as there are numbers.
CREATE OR REPLACE FUNCTION property_lexemes(input text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
    forms text := property_words(input);
    words tsvector;
    stems tsvector;
    others text;
    before text;
    word text;
BEGIN
    FOREACH word IN ARRAY array_remove(string_to_array(forms, ' '), '') LOOP
        IF length(before) <= 4 AND NOT property_is_joint(before) AND NOT property_is_joint(word)
            AND (length(before) <= 2 OR word COLLATE "C" >= ':' OR before ~ '[0-9]' COLLATE "C") THEN
            forms := forms || ' ' || before || word;
        END IF;
        before := word;
    END LOOP;
    IF input ~ '[^\x01-\x7f]|[A-Za-z0-9][^A-Za-z0-9[:space:]]+[A-Za-z0-9]' COLLATE "C" THEN
        forms := concat_ws(' ', forms, property_signed_words(input));
    END IF;
    words := array_to_tsvector(array_remove(string_to_array(forms, ' '), ''));
    stems := strip(to_tsvector('property_search', array_to_string(tsvector_to_array(words), ' ')));
    others := array_to_string(tsvector_to_array(ts_delete(words, tsvector_to_array(stems))), ' =');
    IF others = '' THEN
        RETURN stems;
    END IF;
    RETURN stems || array_to_tsvector(string_to_array('=' || others, ' '));
END
$$;

-- A search for all of some words in their order, each by its stem or joined with one or two neighbours; the last also by
-- its beginning, and by the stems of longer words, which begin with it. Words with a sign between them are always joined.
-- A number at the end of a word is also looked for by itself (flat3).
CREATE OR REPLACE FUNCTION property_query(words text, longer text) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
    each_word text[] := '{}';
    -- Whether only a sign parts the word at each place from the one before.
    is_signed boolean[] := '{}';
    total integer;
    -- The searches that the word at each place is found by.
    found tsquery[];
    spaced text;
    parts text[];
    form text;
    form_query tsquery;
    -- Letters and digits, which need no escape.
    stems text[];
    whole tsquery;
BEGIN
    FOREACH spaced IN ARRAY string_to_array(words, ' ') LOOP
        parts := array_remove(string_to_array(property_words(spaced), ' '), '');
        FOR place IN 1..cardinality(parts) LOOP
            each_word := each_word || parts[place];
            is_signed := is_signed || (place > 1);
        END LOOP;
    END LOOP;
    total := cardinality(each_word);
    IF total = 0 THEN
        -- Signs are in no listing.
        RETURN '''='''::tsquery;
    END IF;
    FOR head IN 1..total LOOP
        FOR tail IN head..least(head + 2, total) LOOP
            CONTINUE WHEN EXISTS (
                SELECT FROM generate_series(head + 1, tail) AS place
                WHERE NOT is_signed[place]
                    AND (property_is_joint(each_word[place - 1]) OR property_is_joint(each_word[place])));
            form := array_to_string(each_word[head:tail], '');
            IF tail = total THEN
                form_query := format('''%1$s'':* | ''=%1$s'':*', form)::tsquery;
                stems := property_stems_beside(form, CASE WHEN head = tail THEN longer ELSE '' END);
                IF cardinality(stems) > 0 THEN
                    form_query := form_query || ('''' || array_to_string(stems, ''' | ''') || '''')::tsquery;
                END IF;
            ELSE
                form_query := plainto_tsquery('property_search', form);
            END IF;
            parts := CASE WHEN tail = head THEN regexp_match(form, '^([^0-9]{3,})([0-9].*)$') END;
            IF parts IS NOT NULL THEN
                form_query := form_query || (plainto_tsquery('property_search', parts[1])
                    && format(CASE WHEN tail = total THEN '''%1$s'':* | ''=%1$s'':*' ELSE '''%1$s''' END,
                              parts[2])::tsquery);
            END IF;
            FOR place IN head..tail LOOP
                found[place] := coalesce(found[place] || form_query, form_query);
            END LOOP;
        END LOOP;
    END LOOP;
    FOR place IN 1..total LOOP
        whole := coalesce(whole && found[place], found[place]);
    END LOOP;
    RETURN whole;
END
$$;

-- Which listings still have no joined forms: those up to this number, the newest of which get theirs first. No row once
-- all have them.
CREATE TABLE property_search_renewal (up_to bigint NOT NULL);
INSERT INTO property_search_renewal SELECT max(id) FROM property HAVING count(*) > 0;

-- Gives some listings their joined forms, and says whether others still lack them. A listing stays as it is otherwise:
-- neither its `updated_at` nor the event log changes. One instance at a time does this: NULL says that another one does.
-- It gives up before a deadlock would be noticed, so that no other writer is the victim.
CREATE FUNCTION property_renew_search(batch integer) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET lock_timeout = '200ms' SET search_path FROM CURRENT AS $$
DECLARE
    bound bigint := (SELECT up_to FROM property_search_renewal FOR UPDATE SKIP LOCKED);
    ids bigint[];
    one bigint;
BEGIN
    IF bound IS NULL THEN
        RETURN CASE WHEN EXISTS (SELECT FROM property_search_renewal) THEN NULL ELSE false END;
    END IF;
    ids := ARRAY(SELECT id FROM property WHERE id <= bound ORDER BY id DESC LIMIT batch);
    PERFORM set_config('app.renew_search', 'on', true);
    BEGIN
        UPDATE property SET title = title WHERE id = ANY (ids);
    EXCEPTION WHEN check_violation THEN
        -- A listing that a later constraint refuses stays as it is.
        FOREACH one IN ARRAY ids LOOP
            BEGIN
                UPDATE property SET title = title WHERE id = one;
            EXCEPTION WHEN check_violation THEN
                NULL;
            END;
        END LOOP;
    END;
    PERFORM set_config('app.renew_search', '', true);
    IF cardinality(ids) = batch THEN
        UPDATE property_search_renewal SET up_to = ids[batch] - 1;
        RETURN true;
    END IF;
    DELETE FROM property_search_renewal;
    -- Searches that were cached meanwhile lack what they would find now.
    PERFORM property_log_clear();
    RETURN false;
END
$$;

-- As before, but for a renewal, which may change nothing.
CREATE OR REPLACE FUNCTION property_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('app.renew_search', true) = 'on' THEN
        -- What is generated is generated anew.
        RETURN OLD;
    END IF;
    NEW.created_at := OLD.created_at;
    -- A row from the end of time starts anew.
    NEW.updated_at := CASE
        WHEN OLD.updated_at < timestamptz '9999-12-31 23:59:59Z'
            THEN greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond')
        ELSE clock_timestamp()
    END;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER property_event_update AFTER UPDATE ON property
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT WHEN (current_setting('app.renew_search', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION property_log_event();
ALTER TABLE property ENABLE ALWAYS TRIGGER property_event_update;

-- The words of listings, as they are written: what is offered where a search finds nothing. It costs writers nothing:
-- `property_renew_vocabulary` reads the listings anew when a search needs it.
CREATE TABLE property_vocabulary (word text COLLATE "C" PRIMARY KEY);
CREATE TABLE property_vocabulary_state (
    -- The newest event when the listings were read.
    event_id bigint,
    at timestamptz NOT NULL,
    took interval NOT NULL
);

-- Without the extension no word is offered.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX property_vocabulary_similar ON property_vocabulary USING gist (word gist_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'pg_trgm is not available: searches offer no similar words';
END
$$;

-- Reads the words of the listings anew, if listings have changed; of many listings a sample. Where that takes long, it is
-- done a fiftieth of the time at most.
CREATE FUNCTION property_renew_vocabulary() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    enough CONSTANT bigint := 20000;
    state property_vocabulary_state;
    newest bigint;
    begun CONSTANT timestamptz := clock_timestamp();
    listings bigint;
    share real;
    words text[];
BEGIN
    IF to_regtype('gtrgm') IS NULL OR NOT pg_try_advisory_xact_lock(hashtext('property_vocabulary')) THEN
        RETURN;
    END IF;
    SELECT * INTO state FROM property_vocabulary_state;
    newest := (SELECT max(id) FROM property_event);
    IF state.at IS NOT NULL AND (state.event_id IS NOT DISTINCT FROM newest
                  OR state.took > interval '0.1 s' AND state.at > begun - 50 * state.took) THEN
        RETURN;
    END IF;
    listings := (SELECT coalesce(sum(rows), 0) FROM property_tally);
    share := least(100, 100.0 * enough / greatest(listings, 1));
    words := ARRAY(
        SELECT DISTINCT word COLLATE "C" FROM property TABLESAMPLE SYSTEM (share)
        CROSS JOIN LATERAL string_to_table(property_words(title || ' ' || location || ' ' || description), ' ') AS word
        WHERE length(word) BETWEEN 3 AND 40 AND word !~ '[0-9]');
    DELETE FROM property_vocabulary WHERE word NOT IN (SELECT unnest(words));
    INSERT INTO property_vocabulary SELECT unnest(words) ON CONFLICT DO NOTHING;
    DELETE FROM property_vocabulary_state;
    INSERT INTO property_vocabulary_state VALUES (newest, begun, clock_timestamp() - begun);
END
$$;

-- The words of listings that are spelled most like one, the most similar first.
CREATE FUNCTION property_similar_words(wanted text) RETURNS SETOF text
    LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    IF to_regtype('gtrgm') IS NOT NULL THEN
        RETURN QUERY EXECUTE 'SELECT word FROM property_vocabulary ORDER BY word <-> $1 LIMIT 50'
            USING property_words(wanted);
    END IF;
END
$$;
