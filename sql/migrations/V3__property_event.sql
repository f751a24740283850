-- The event log: what every statement did to listings, whoever ran it. Caches are invalidated from it, and it is the
-- listings' history.

CREATE TABLE property_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind text NOT NULL CHECK (kind IN ('created', 'updated', 'deleted', 'bulk')),
    property_id bigint,
    before jsonb,
    after jsonb,
    row_count bigint NOT NULL,
    locations text[] NOT NULL DEFAULT '{}',
    actor text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (CASE kind
        WHEN 'created' THEN property_id IS NOT NULL AND after IS NOT NULL
        WHEN 'updated' THEN property_id IS NOT NULL AND before IS NOT NULL AND after IS NOT NULL
        WHEN 'deleted' THEN property_id IS NOT NULL AND before IS NOT NULL
        ELSE true
    END)
);
CREATE INDEX property_event_xid ON property_event (xid);
CREATE INDEX property_event_property ON property_event (property_id, id DESC);

-- The site names its users by `app.actor`; anybody else is known by the role that they logged in with.
CREATE FUNCTION property_event_actor() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('app.actor', true), ''), 'database user ' || session_user)
$$;

CREATE FUNCTION property_log_event() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    -- A statement over more rows than this is one event: it invalidates everything.
    row_limit CONSTANT bigint := 1000;
    row_total bigint := 0;
    places text[] := '{}';
    first_id bigint;
    last_id bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT count(*) INTO row_total FROM new_rows;
    ELSIF TG_OP IN ('UPDATE', 'DELETE') THEN
        SELECT count(*) INTO row_total FROM old_rows;
    END IF;
    IF row_total = 0 AND TG_OP <> 'TRUNCATE' THEN
        RETURN NULL;
    END IF;

    IF TG_OP = 'TRUNCATE' OR row_total > row_limit THEN
        IF TG_OP IN ('INSERT', 'UPDATE') THEN
            SELECT coalesce(array_agg(location_folded), '{}') INTO places
            FROM (SELECT DISTINCT location_folded FROM new_rows LIMIT 50) AS places_touched;
        ELSIF TG_OP = 'DELETE' THEN
            SELECT coalesce(array_agg(location_folded), '{}') INTO places
            FROM (SELECT DISTINCT location_folded FROM old_rows LIMIT 50) AS places_touched;
        END IF;
        INSERT INTO property_event (kind, row_count, locations, actor)
        VALUES ('bulk', row_total, places, property_event_actor())
        RETURNING id, id INTO first_id, last_id;
    ELSIF TG_OP = 'INSERT' THEN
        WITH logged AS (
            INSERT INTO property_event (kind, property_id, after, row_count, actor)
            SELECT 'created', n.id, property_state(n.id, n.title, n.description, n.price, n.location,
                                                   n.location_folded, n.created_at, n.updated_at),
                   1, property_event_actor()
            FROM new_rows n ORDER BY n.id
            RETURNING id
        ) SELECT min(id), max(id) INTO first_id, last_id FROM logged;
    ELSIF TG_OP = 'DELETE' THEN
        WITH logged AS (
            INSERT INTO property_event (kind, property_id, before, row_count, actor)
            SELECT 'deleted', o.id, property_state(o.id, o.title, o.description, o.price, o.location,
                                                   o.location_folded, o.created_at, o.updated_at),
                   1, property_event_actor()
            FROM old_rows o ORDER BY o.id
            RETURNING id
        ) SELECT min(id), max(id) INTO first_id, last_id FROM logged;
    ELSE
        -- A changed id is one row deleted and another created.
        WITH logged AS (
            INSERT INTO property_event (kind, property_id, before, after, row_count, actor)
            SELECT CASE WHEN o.id IS NULL THEN 'created' WHEN n.id IS NULL THEN 'deleted' ELSE 'updated' END,
                   coalesce(n.id, o.id),
                   CASE WHEN o.id IS NOT NULL THEN
                       property_state(o.id, o.title, o.description, o.price, o.location,
                                      o.location_folded, o.created_at, o.updated_at) END,
                   CASE WHEN n.id IS NOT NULL THEN
                       property_state(n.id, n.title, n.description, n.price, n.location,
                                      n.location_folded, n.created_at, n.updated_at) END,
                   1, property_event_actor()
            FROM old_rows o FULL JOIN new_rows n ON n.id = o.id ORDER BY 2
            RETURNING id
        ) SELECT min(id), max(id) INTO first_id, last_id FROM logged;
    END IF;

    -- Ids only: a payload may have 8,000 bytes.
    PERFORM pg_notify('property_event', first_id || '-' || last_id);
    RETURN NULL;
END
$$;

-- A row as the log keeps it. The price is text, because a JSON number may be read as a float.
CREATE FUNCTION property_state(
    id bigint, title text, description text, price numeric, location text, location_folded text,
    created_at timestamptz, updated_at timestamptz
) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'id', id, 'title', title, 'description', description, 'price', price::text, 'location', location,
        'location_folded', location_folded, 'created_at', created_at, 'updated_at', updated_at)
$$;

CREATE TRIGGER property_event_insert AFTER INSERT ON property
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION property_log_event();
CREATE TRIGGER property_event_update AFTER UPDATE ON property
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION property_log_event();
CREATE TRIGGER property_event_delete AFTER DELETE ON property
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION property_log_event();
CREATE TRIGGER property_event_truncate AFTER TRUNCATE ON property
    FOR EACH STATEMENT EXECUTE FUNCTION property_log_event();
ALTER TABLE property ENABLE ALWAYS TRIGGER property_event_insert;
ALTER TABLE property ENABLE ALWAYS TRIGGER property_event_update;
ALTER TABLE property ENABLE ALWAYS TRIGGER property_event_delete;
ALTER TABLE property ENABLE ALWAYS TRIGGER property_event_truncate;
