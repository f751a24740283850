-- The status of a listing decides where it is shown: lists, counts, feeds and the site map have active and pending ones.

SET LOCAL lock_timeout = '5s';

-- The tally counts by status as well. All listings that it has counted so far are active.
ALTER TABLE property_tally ADD COLUMN status text COLLATE "C" NOT NULL DEFAULT 'active';

CREATE OR REPLACE FUNCTION property_count_rows() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    places text[];
    statuses text[];
    deltas bigint[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM property_tally;
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT array_agg(location_folded), array_agg(status), array_agg(change) INTO places, statuses, deltas FROM (
            SELECT location_folded, status, count(*) AS change FROM new_rows GROUP BY location_folded, status
        ) AS per_location;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(location_folded), array_agg(status), array_agg(change) INTO places, statuses, deltas FROM (
            SELECT location_folded, status, -count(*) AS change FROM old_rows GROUP BY location_folded, status
        ) AS per_location;
    ELSE
        SELECT array_agg(location_folded), array_agg(status), array_agg(change) INTO places, statuses, deltas FROM (
            SELECT location_folded, status, sum(one) AS change FROM (
                SELECT location_folded, status, 1 AS one FROM new_rows
                UNION ALL
                SELECT location_folded, status, -1 FROM old_rows
            ) AS both_sides GROUP BY location_folded, status HAVING sum(one) <> 0
        ) AS per_location;
    END IF;
    FOR slot IN 1 .. coalesce(cardinality(places), 0) LOOP
        -- Under snapshot isolation a row that another transaction replaced can't be folded; a new slot always can
        -- be added.
        WITH folded AS (
            DELETE FROM property_tally WHERE id IN (
                SELECT id FROM property_tally
                WHERE location_folded = places[slot] AND status = statuses[slot]
                  AND current_setting('transaction_isolation') = 'read committed'
                FOR UPDATE SKIP LOCKED
            ) RETURNING rows
        )
        INSERT INTO property_tally (location_folded, status, rows)
        SELECT places[slot], statuses[slot], coalesce(sum(rows), 0) + deltas[slot] FROM folded
        HAVING coalesce(sum(rows), 0) + deltas[slot] <> 0;
    END LOOP;
    RETURN NULL;
END
$$;

-- The event log keeps the status, because the tags of a change depend on it. All else of the function stays as V22 has it.
DO $do$
DECLARE
    old CONSTANT text := pg_get_functiondef('property_log_event'::regproc);
    new CONSTANT text := replace(old, $$'location_folded']$$, $$'location_folded', 'status']$$);
BEGIN
    ASSERT new <> old;
    EXECUTE new;
END
$do$;

-- A listing also leaves what shows it when it is closed, withdrawn or made a draft. Any change may be one after which a
-- filter does not select it any more.
CREATE OR REPLACE FUNCTION property_note_departures() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    departed timestamptz := clock_timestamp();
    kinds text[];
    names text[];
    times timestamptz[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        SELECT ARRAY['all'], ARRAY[''], ARRAY[departed] INTO kinds, names, times;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(kind), array_agg(name), array_agg(departed) INTO kinds, names, times FROM (
            SELECT 'part' AS kind, ((id - 1) / 5000 + 1)::text AS name FROM old_rows
            WHERE status IN ('active', 'pending')
            UNION SELECT 'location', location_folded FROM old_rows WHERE status IN ('active', 'pending')
            UNION SELECT 'edits', location_folded FROM old_rows WHERE status = 'closed'
        ) AS left_behind;
    ELSE
        -- A changed id is one row deleted and another created.
        SELECT array_agg(kind), array_agg(name), array_agg(at) INTO kinds, names, times FROM (
            SELECT kind, name, max(at) AS at
            FROM old_rows AS o
            LEFT JOIN new_rows AS n ON n.id = o.id
            CROSS JOIN LATERAL (SELECT o.status IN ('active', 'pending') AS was,
                coalesce(n.status IN ('active', 'pending'), false) AS is) AS listed
            CROSS JOIN LATERAL (
                SELECT 'part' AS kind, ((o.id - 1) / 5000 + 1)::text AS name, departed AS at
                WHERE listed.was AND NOT listed.is
                UNION ALL
                SELECT 'location', o.location_folded, departed
                WHERE listed.was AND (NOT listed.is OR n.location_folded <> o.location_folded)
                UNION ALL
                SELECT 'edits', o.location_folded, coalesce(n.updated_at, departed)
                WHERE (listed.was OR o.status = 'closed') AND n.updated_at IS DISTINCT FROM o.updated_at
            ) AS left_behind
            GROUP BY kind, name
        ) AS latest;
    END IF;
    FOR slot IN 1 .. coalesce(cardinality(kinds), 0) LOOP
        -- Under snapshot isolation a row that another transaction replaced can't be folded; a new slot always can
        -- be added.
        WITH folded AS (
            DELETE FROM property_departure WHERE id IN (
                SELECT id FROM property_departure
                WHERE kind = kinds[slot] AND name = names[slot]
                  AND current_setting('transaction_isolation') = 'read committed'
                FOR UPDATE SKIP LOCKED
            ) RETURNING at
        )
        INSERT INTO property_departure (kind, name, at)
        SELECT kinds[slot], names[slot], greatest(times[slot], max(at)) FROM folded;
    END LOOP;
    RETURN NULL;
END
$$;
