-- What keeps the event log small and the history within its time. Every instance calls `event_log_upkeep` now and then.
SET LOCAL lock_timeout = '5s';

-- Transactions below `horizon` were over at a time. The marks of the last day tell which events are a day old, counted from
-- the commit.
CREATE TABLE event_log_mark (
    at timestamptz PRIMARY KEY DEFAULT clock_timestamp(),
    horizon xid8 NOT NULL
);

-- Removes events of transactions that were over a day ago, at most so many; returns how many. A position that was taken
-- since then reflects them all, and an older one is refused by `property_event_tail`. So it needs no list of instances:
-- one that was out of reach for longer drops its cache. The newest 100 of those events stay, because positions are
-- checked by them.
CREATE FUNCTION event_log_trim(most integer) RETURNS integer LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    now_over CONSTANT xid8 := pg_snapshot_xmin(pg_current_snapshot());
    over CONSTANT event_log_mark := (
        SELECT mark FROM event_log_mark AS mark
        WHERE mark.at <= clock_timestamp() - interval '1 day' AND mark.horizon <= now_over
        ORDER BY mark.at DESC LIMIT 1);
    ids bigint[];
BEGIN
    -- A higher horizon is of the server that the database was dumped from.
    DELETE FROM event_log_mark WHERE at < over.at OR horizon > now_over;
    INSERT INTO event_log_mark (horizon)
    SELECT now_over WHERE NOT EXISTS (SELECT FROM event_log_mark WHERE at > clock_timestamp() - interval '50 minutes');
    ids := ARRAY(
        SELECT id FROM event_log
        WHERE (xid, id) < (SELECT xid, id FROM event_log WHERE xid < over.horizon
                           ORDER BY xid DESC, id DESC OFFSET 99 LIMIT 1)
        ORDER BY xid, id LIMIT most);
    UPDATE event_log_trimmed SET up_to = greatest(up_to, trimmed.newest)
    FROM (SELECT max(xid) AS newest FROM event_log WHERE id = ANY (ids)) AS trimmed
    WHERE cardinality(ids) > 0;
    DELETE FROM event_log WHERE id = ANY (ids)
        -- Events of a loaded dump, with transaction ids that are not given yet: no cache needs them.
        OR (xid >= pg_snapshot_xmax(pg_current_snapshot()) AND at < clock_timestamp() - interval '1 day');
    RETURN cardinality(ids);
END
$$;

-- Adds the partitions of this month and the next two. One that can't be added now is left out: entries then go to the
-- default partition.
CREATE FUNCTION history_add_partitions() RETURNS void LANGUAGE plpgsql
    SET TimeZone = 'UTC' SET search_path FROM CURRENT AS $$
DECLARE
    month timestamptz;
    partition text;
BEGIN
    FOR ahead IN 0..2 LOOP
        month := date_trunc('month', clock_timestamp(), 'UTC') + ahead * interval '1 month';
        partition := to_char(month AT TIME ZONE 'UTC', '"history_"YYYY_MM');
        CONTINUE WHEN to_regclass(partition) IS NOT NULL;
        BEGIN
            -- Readers go on. Writers wait until the end of the transaction: one that is on its way to the default
            -- partition would fail if its row belonged elsewhere by then.
            LOCK TABLE ONLY history IN SHARE ROW EXCLUSIVE MODE;
            EXECUTE format('CREATE TABLE %I (LIKE history INCLUDING ALL)', partition);
            EXECUTE format('ALTER TABLE history ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                           partition, month, month + interval '1 month');
        EXCEPTION WHEN check_violation OR invalid_object_definition OR lock_not_available THEN
            RAISE NOTICE '% is not added: %', partition, SQLERRM;
        END;
    END LOOP;
END
$$;

-- Erases entries that are older than so many days, at most so many one by one; returns how many. A partition of which
-- every entry is older is dropped. The histories of accounts and of logins are short enough to be erased at once.
CREATE FUNCTION history_expire(days integer, most integer) RETURNS integer LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
DECLARE
    cutoff CONSTANT timestamptz := clock_timestamp() - make_interval(days => days);
    expired regclass;
    erased integer;
BEGIN
    FOR expired IN
        SELECT child.oid FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
        WHERE inhparent = 'history'::regclass
          -- The view `property_event` reads this one; its rows go one by one.
          AND child.relname <> 'history_before'
          AND substring(pg_get_expr(relpartbound, child.oid) FROM 'TO \(''(.*)''\)')::timestamptz <= cutoff
    LOOP
        BEGIN
            EXECUTE format('DROP TABLE %s', expired);
        EXCEPTION WHEN lock_not_available THEN
            RAISE NOTICE '% is dropped later: %', expired, SQLERRM;
        END;
    END LOOP;
    DELETE FROM account_event WHERE at < cutoff;
    DELETE FROM login_event WHERE at < cutoff;
    DELETE FROM history WHERE (at, id) IN (
        SELECT at, id FROM history WHERE at < cutoff ORDER BY at, id LIMIT most);
    GET DIAGNOSTICS erased = ROW_COUNT;
    RETURN erased;
END
$$;

-- Trims the log, adds partitions, and erases old entries; `days` 0 keeps them for ever. Returns whether more is to be done.
-- One instance at a time does this. Nothing waits long for it, nor it for others. Only a role that may delete listings may
-- erase their history.
CREATE FUNCTION event_log_upkeep(days integer, most integer DEFAULT 10000) RETURNS boolean LANGUAGE plpgsql
    SECURITY DEFINER SET lock_timeout = '1s' SET search_path FROM CURRENT AS $$
DECLARE
    newest CONSTANT bigint := (SELECT max(id) FROM history);
    is_more boolean;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('event_log_upkeep')) THEN
        RETURN false;
    END IF;
    -- A restored dump may set the sequence below numbers that the history has: two entries would have one number.
    IF newest > coalesce(pg_sequence_last_value('event_number'), 0) THEN
        PERFORM setval('event_number', newest);
    END IF;
    is_more := event_log_trim(most) = most;
    IF days > 0 AND has_table_privilege(session_user, 'property', 'DELETE') THEN
        is_more := history_expire(days, most) = most OR is_more;
    END IF;
    PERFORM history_add_partitions();
    RETURN is_more;
END
$$;
SELECT event_log_upkeep(0);
