SET LOCAL lock_timeout = '5s';

-- A checksum of the newest events that a snapshot sees. Later snapshots give the same, unless events were lost or
-- replaced. A loaded dump may hold events of transaction ids that are not given yet: no snapshot sees those.
CREATE FUNCTION property_event_tail(seen pg_snapshot) RETURNS text
    LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT coalesce(hashtextextended(string_agg(concat_ws(' ', id, xid, extract(epoch FROM at)), ','
                                                ORDER BY xid DESC, id DESC), 0), 0)::text
    FROM (
        SELECT id, xid, at FROM property_event
        WHERE xid < pg_snapshot_xmax(seen) AND pg_visible_in_snapshot(xid, seen)
        ORDER BY xid DESC, id DESC
        LIMIT 100
    ) AS newest
$$;

-- The log is only appended to. A statement that removes or changes events, as the restore of a dump may, leaves a trace
-- here that caches notice: its row is another one afterwards.
CREATE TABLE property_event_removal (
    id integer PRIMARY KEY CHECK (id = 1),
    at timestamptz NOT NULL
);
INSERT INTO property_event_removal (id, at) VALUES (1, now());

CREATE FUNCTION property_event_note_removal() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE property_event_removal SET at = clock_timestamp();
    RETURN NULL;
END
$$;
CREATE TRIGGER property_event_removed AFTER DELETE OR UPDATE ON property_event
    FOR EACH STATEMENT EXECUTE FUNCTION property_event_note_removal();
ALTER TABLE property_event ENABLE ALWAYS TRIGGER property_event_removed;

-- A restored dump may set the log's sequence below numbers that the log has: every write to a listing would be refused.
CREATE FUNCTION property_event_advance_sequence() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    numbers CONSTANT regclass := pg_get_serial_sequence('property_event', 'id');
    newest CONSTANT bigint := (SELECT max(id) FROM property_event);
BEGIN
    IF newest > coalesce(pg_sequence_last_value(numbers), 0) THEN
        PERFORM setval(numbers, newest);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER property_event_numbered BEFORE INSERT ON property_event
    FOR EACH STATEMENT EXECUTE FUNCTION property_event_advance_sequence();
ALTER TABLE property_event ENABLE ALWAYS TRIGGER property_event_numbered;
