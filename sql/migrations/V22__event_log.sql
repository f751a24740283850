-- The event log and the history become two tables. `event_log` is what caches read: small rows, trimmed after a day
-- (V24). `history` is what people read: the values that a change replaced, partitioned by month. Both are keyed by
-- (entity, entity_id), so that other entities than listings can use them.
--
-- Releases before this one read `property_event`. It becomes a view with the same columns over the new log and the old
-- table, so they replay events, show the history and undo deletions as before. Of an update after this migration they show
-- title and price only, and they do not offer to merge with it. The triggers are functions of the database, which this
-- migration replaces. They listen on the channel `property_event`, which therefore keeps its name, and they compute the same
-- position in the log, which all releases share in Redis. A later migration may drop the view once no such release runs.
--
-- No row is copied or rewritten: the old table becomes the history's oldest partition (V23).
SET LOCAL lock_timeout = '5s';
-- A writer that has begun must end first: it would otherwise insert into the view. Writers lock in this order.
LOCK TABLE property IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE property_event IN ACCESS EXCLUSIVE MODE;

-- Numbers of events. The sequence belongs to no table: a restore of one table does not set it back.
CREATE SEQUENCE event_number AS bigint;
SELECT setval('event_number', 1 + greatest(
    pg_sequence_last_value(pg_get_serial_sequence('property_event', 'id')::regclass),
    (SELECT max(id) FROM property_event), 0), false);

DROP TRIGGER property_event_removed ON property_event;
DROP TRIGGER property_event_numbered ON property_event;
DROP FUNCTION property_event_note_removal, property_event_advance_sequence;
ALTER TABLE property_event RENAME TO history_before;
ALTER TABLE history_before RENAME COLUMN property_id TO entity_id;
ALTER TABLE history_before
    ALTER COLUMN id DROP IDENTITY,
    ALTER COLUMN xid DROP DEFAULT,
    ALTER COLUMN at DROP DEFAULT,
    ALTER COLUMN note DROP DEFAULT,
    DROP COLUMN locations,
    DROP COLUMN tags,
    DROP CONSTRAINT property_event_kind_check,
    DROP CONSTRAINT property_event_check,
    ADD COLUMN entity text DEFAULT 'listing',
    ADD COLUMN label text;
-- V23 validates it and attaches the table as a partition.
DO $$ BEGIN
    EXECUTE format('ALTER TABLE history_before ADD CONSTRAINT history_before_bound CHECK (at < %L) NOT VALID',
        coalesce((SELECT max(at) + interval '1 microsecond' FROM history_before), timestamptz '2000-01-01 00:00Z'));
END $$;

CREATE TABLE event_log (
    id bigint PRIMARY KEY DEFAULT nextval('event_number'),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    entity text,
    entity_id bigint,
    kind text NOT NULL CHECK (kind IN ('created', 'updated', 'deleted', 'bulk', 'cleared')),
    -- Of the row, only the values that its tags are made of, as texts.
    before jsonb,
    after jsonb,
    row_count bigint NOT NULL DEFAULT 1,
    -- Of a clear: the tags that it is limited to. Of a change of many rows: some of the locations that it touched.
    tags text[],
    actor text NOT NULL DEFAULT property_event_actor(),
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX event_log_xid ON event_log (xid, id);

-- An addition or deletion has the whole row. An update has the values that it changed, as they were and as they became;
-- earlier versions are derived from later ones (`history_versions`). Generated columns are left out. A whole row has its
-- `id`; what an update changed never does.
CREATE TABLE history (
    id bigint NOT NULL,
    xid xid8 NOT NULL,
    entity text,
    entity_id bigint,
    kind text NOT NULL,
    -- The row's headline then, where neither `before` nor `after` has it.
    label text,
    before jsonb,
    after jsonb,
    row_count bigint NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    note text
) PARTITION BY RANGE (at);
CREATE INDEX history_id ON history (id);
-- Numbers of several entities may be equal; the entity is a filter.
CREATE INDEX history_entity ON history (entity_id, id DESC);
CREATE INDEX history_at ON history (at, id);
CREATE INDEX history_actor ON history (actor, at, id);
CREATE INDEX history_kind ON history (kind, at, id);
-- An insert never fails for want of a month's partition: it goes here. V24 adds months ahead.
CREATE TABLE history_default PARTITION OF history DEFAULT;

CREATE VIEW property_event AS
SELECT event.id, event.xid, event.kind, event.entity_id AS property_id,
       CASE event.kind WHEN 'deleted' THEN coalesce(
           (SELECT entry.before FROM history AS entry WHERE (entry.at, entry.id) = (event.at, event.id)), '{}')
           || event.before ELSE event.before END AS before,
       CASE event.kind WHEN 'created' THEN coalesce(
           (SELECT entry.after FROM history AS entry WHERE (entry.at, entry.id) = (event.at, event.id)), '{}')
           || event.after ELSE event.after END AS after,
       event.row_count, NULL::text[] AS locations, event.actor, event.at, NULL::text AS note, event.tags
FROM event_log AS event
UNION ALL
SELECT id, xid, kind, entity_id, before, after, row_count, NULL, actor, at, note, NULL FROM history_before;

-- The columns that the database computes from others.
CREATE FUNCTION generated_columns(of_table regclass) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(attname::text), '{}') FROM pg_attribute WHERE attrelid = of_table AND attgenerated <> ''
$$;

-- Values as texts. Numbers keep their digits: a JSON number may be read as a float.
CREATE FUNCTION history_texts(row_values jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_object_agg(key, value) FROM jsonb_each_text(row_values)
$$;

-- A row before and after a change; null where there was none.
CREATE TYPE row_change AS (id bigint, before jsonb, after jsonb);

-- Logs changed rows of an entity. `tag_columns` are the values that its tags are made of. As with all of the log, only
-- functions that run as its owner may call this.
CREATE FUNCTION log_rows(of_entity text, of_table regclass, changes row_change[], tag_columns text[])
RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    derived CONSTANT text[] := generated_columns(of_table);
    actor_name CONSTANT text := property_event_actor();
    moment CONSTANT timestamptz := clock_timestamp();
    newest CONSTANT bigint := (SELECT max(id) FROM event_log);
    first_id bigint;
    last_id bigint;
BEGIN
    -- A restored dump may set the sequence below numbers that the log has: every write would be refused.
    IF newest > coalesce(pg_sequence_last_value('event_number'), 0) THEN
        PERFORM setval('event_number', newest);
    END IF;
    WITH numbered AS MATERIALIZED (
        SELECT nextval('event_number') AS number, id, before, after,
               CASE WHEN before IS NULL THEN 'created' WHEN after IS NULL THEN 'deleted' ELSE 'updated' END AS kind
        FROM unnest(changes)
    ), logged AS (
        INSERT INTO event_log (id, entity, entity_id, kind, before, after, actor, at)
        SELECT number, of_entity, id, kind,
               (SELECT jsonb_object_agg(name, before ->> name) FROM unnest(tag_columns) AS name WHERE before IS NOT NULL),
               (SELECT jsonb_object_agg(name, after ->> name) FROM unnest(tag_columns) AS name WHERE after IS NOT NULL),
               actor_name, moment
        FROM numbered
    ), kept AS (
        INSERT INTO history (id, xid, entity, entity_id, kind, label, before, after, row_count, actor, at, note)
        SELECT number, pg_current_xact_id(), of_entity, id, kind, difference.label,
               coalesce(difference.before, numbered.before - derived),
               coalesce(difference.after, numbered.after - derived),
               1, actor_name, moment, nullif(current_setting('app.note', true), '')
        FROM numbered
        -- One update of 64 has the whole row, so that few entries are read to derive a version.
        LEFT JOIN LATERAL (
            SELECT numbered.after ->> 'title' AS label,
                   jsonb_object_agg(key, numbered.before -> key) AS before, jsonb_object_agg(key, value) AS after
            FROM jsonb_each(numbered.after - derived)
            WHERE value IS DISTINCT FROM numbered.before -> key
        ) AS difference ON kind = 'updated' AND hashint8(number) % 64 <> 0
    )
    SELECT min(number), max(number) INTO first_id, last_id FROM numbered;
    -- Ids only: a payload may have 8,000 bytes.
    PERFORM pg_notify('property_event', first_id || '-' || last_id);
END
$$;

-- Logs an event that is not of a single row.
CREATE FUNCTION log_event(of_entity text, of_kind text, row_total bigint, some_tags text[])
RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    event event_log;
BEGIN
    INSERT INTO event_log (entity, kind, row_count, tags) VALUES (of_entity, of_kind, row_total, some_tags)
    RETURNING * INTO event;
    INSERT INTO history (id, xid, entity, kind, row_count, actor, at, note)
    VALUES (event.id, event.xid, of_entity, of_kind, row_total, event.actor, event.at,
            nullif(current_setting('app.note', true), ''));
    PERFORM pg_notify('property_event', event.id || '-' || event.id);
END
$$;

CREATE OR REPLACE FUNCTION property_log_clear(cleared_tags text[] DEFAULT NULL) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT log_event(NULL, 'cleared', 0, cleared_tags)
$$;

CREATE OR REPLACE FUNCTION property_log_event() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    -- A statement over more rows than this is one event: it invalidates everything.
    row_limit CONSTANT bigint := 1000;
    row_total bigint := 0;
    changes row_change[];
    derived text[];
    places text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT count(*) INTO row_total FROM new_rows;
    ELSIF TG_OP IN ('UPDATE', 'DELETE') THEN
        SELECT count(*) INTO row_total FROM old_rows;
    END IF;
    IF TG_OP = 'TRUNCATE' OR row_total > row_limit THEN
        IF TG_OP IN ('INSERT', 'UPDATE') THEN
            places := ARRAY(SELECT DISTINCT 'location:' || location_folded FROM new_rows LIMIT 50);
        ELSIF TG_OP = 'DELETE' THEN
            places := ARRAY(SELECT DISTINCT 'location:' || location_folded FROM old_rows LIMIT 50);
        END IF;
        IF TG_OP IN ('UPDATE', 'DELETE') THEN
            -- What the rows become is not kept, so earlier versions can't be derived from it: the last change of each
            -- row gets the whole row.
            derived := generated_columns(TG_RELID);
            UPDATE history AS entry
            SET before = (to_jsonb(o) - derived) || entry.before, after = to_jsonb(o) - derived
            FROM old_rows AS o
            WHERE entry.entity = 'listing' AND entry.entity_id = o.id AND entry.kind = 'updated'
              AND NOT entry.after ? 'id' AND (entry.after ->> 'updated_at')::timestamptz = o.updated_at;
        END IF;
        PERFORM log_event('listing', 'bulk', row_total, places);
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        changes := ARRAY(SELECT (n.id, NULL, to_jsonb(n))::row_change FROM new_rows AS n ORDER BY n.id);
    ELSIF TG_OP = 'DELETE' THEN
        changes := ARRAY(SELECT (o.id, to_jsonb(o), NULL)::row_change FROM old_rows AS o ORDER BY o.id);
    ELSE
        -- A changed id is one row deleted and another created.
        changes := ARRAY(
            SELECT (coalesce(n.id, o.id), CASE WHEN o.id IS NOT NULL THEN to_jsonb(o) END,
                    CASE WHEN n.id IS NOT NULL THEN to_jsonb(n) END)::row_change
            FROM old_rows AS o FULL JOIN new_rows AS n ON n.id = o.id ORDER BY coalesce(n.id, o.id));
    END IF;
    IF row_total > 0 THEN
        PERFORM log_rows('listing', TG_RELID, changes, ARRAY['title', 'price', 'location_folded']);
    END IF;
    RETURN NULL;
END
$$;
DROP FUNCTION property_state;

-- A row before and after each of some entries of its history, whole; null where the history does not tell, because the
-- row was changed past it. It begins with the row as it is now, or with a later entry that has it whole, and goes back.
CREATE FUNCTION history_versions(of_entity text, of_id bigint, oldest bigint, newest bigint)
RETURNS TABLE (id bigint, before jsonb, after jsonb) LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    entry history;
    state jsonb;
    whole CONSTANT bigint := (
        SELECT min(later.id) FROM history AS later
        WHERE later.entity = of_entity AND later.entity_id = of_id AND later.id > newest AND later.before ? 'id');
BEGIN
    IF of_entity = 'listing' AND whole IS NULL THEN
        state := (SELECT to_jsonb(p) - generated_columns('property') FROM property AS p WHERE p.id = of_id);
    END IF;
    FOR entry IN
        SELECT * FROM history AS found
        WHERE found.entity = of_entity AND found.entity_id = of_id AND found.id >= oldest
          AND (whole IS NULL OR found.id <= whole)
        ORDER BY found.id DESC
    LOOP
        IF entry.after ? 'id' THEN
            state := entry.after;
        ELSIF (state ->> 'updated_at')::timestamptz IS DISTINCT FROM (entry.after ->> 'updated_at')::timestamptz THEN
            state := NULL;
        END IF;
        after := state;
        state := CASE WHEN entry.before ? 'id' THEN entry.before ELSE state || entry.before END;
        IF entry.id <= newest THEN
            id := entry.id;
            before := state;
            RETURN NEXT;
        END IF;
    END LOOP;
END
$$;

-- The newest transaction of which events were trimmed. A cache that does not reflect it has missed some of them.
CREATE TABLE event_log_trimmed (up_to xid8 NOT NULL);
INSERT INTO event_log_trimmed VALUES ('0');

-- As before: a checksum of the newest events that a snapshot sees, now of the new log. It also names the log's table and
-- triggers, by which an emptied or restored log is told from a trimmed one.
CREATE OR REPLACE FUNCTION property_event_tail(seen pg_snapshot) RETURNS text
    LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT CASE
        -- A transaction id that this server has not given yet is of the server that the database was dumped from.
        WHEN EXISTS (SELECT FROM event_log_trimmed
                     WHERE up_to >= pg_snapshot_xmin(seen) AND up_to < pg_snapshot_xmin(pg_current_snapshot()))
        THEN 'trimmed'
        ELSE concat_ws('/',
            pg_relation_filenode('event_log'),
            (SELECT hashtextextended(string_agg(concat_ws(' ', oid, tgenabled, xmin), ',' ORDER BY oid), 0)
             FROM pg_trigger WHERE tgrelid = 'event_log'::regclass),
            (SELECT hashtextextended(string_agg(concat_ws(' ', id, xid, extract(epoch FROM at)), ','
                                                ORDER BY xid DESC, id DESC), 0)
             FROM (SELECT id, xid, at FROM event_log
                   WHERE xid < pg_snapshot_xmax(seen) AND pg_visible_in_snapshot(xid, seen)
                   ORDER BY xid DESC, id DESC
                   LIMIT 100) AS newest))
    END
$$;

-- A statement that changes events, or removes others than trimmed ones, leaves a trace that caches notice.
CREATE FUNCTION event_log_note_removal() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        -- No cache has seen transaction ids that are not given yet: they are of a loaded dump.
        IF NOT EXISTS (SELECT FROM old_rows, event_log_trimmed
                       WHERE xid > up_to AND xid < pg_snapshot_xmax(pg_current_snapshot())) THEN
            RETURN NULL;
        END IF;
    END IF;
    UPDATE property_event_removal SET at = clock_timestamp();
    RETURN NULL;
END
$$;
CREATE TRIGGER event_log_removed AFTER DELETE ON event_log
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION event_log_note_removal();
CREATE TRIGGER event_log_changed AFTER UPDATE OR TRUNCATE ON event_log
    FOR EACH STATEMENT EXECUTE FUNCTION event_log_note_removal();
ALTER TABLE event_log ENABLE ALWAYS TRIGGER event_log_removed;
ALTER TABLE event_log ENABLE ALWAYS TRIGGER event_log_changed;
