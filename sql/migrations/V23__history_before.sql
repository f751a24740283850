-- The history of before becomes the oldest partition. No write goes there any more, and readers are not kept waiting: the
-- bound is checked under a lock that lets them through, and every index of the partition exists when it is attached.
SET LOCAL lock_timeout = '5s';
SET LOCAL TimeZone = 'UTC';

CREATE INDEX history_before_id ON history_before (id);
ALTER TABLE history_before VALIDATE CONSTRAINT history_before_bound;

-- A writer that waited for the default partition alone would then put a row there that belongs elsewhere, and fail.
LOCK TABLE ONLY history IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE history_default IN ACCESS EXCLUSIVE MODE;
DO $$
DECLARE
    bound CONSTANT timestamptz :=
        coalesce((SELECT max(at) + interval '1 microsecond' FROM history_before), timestamptz '2000-01-01 00:00Z');
    month CONSTANT timestamptz := date_trunc('month', clock_timestamp(), 'UTC');
    next_month CONSTANT timestamptz := month + interval '1 month';
    partition CONSTANT text := to_char(clock_timestamp() AT TIME ZONE 'UTC', '"history_"YYYY_MM');
BEGIN
    -- If the clock was set back since V22, an entry may be older than the bound.
    UPDATE history_default SET at = bound WHERE at < bound;
    EXECUTE format('ALTER TABLE history ATTACH PARTITION history_before FOR VALUES FROM (MINVALUE) TO (%L)', bound);
    IF bound < next_month THEN
        EXECUTE format('CREATE TABLE %I (LIKE history INCLUDING ALL)', partition);
        EXECUTE format('WITH moved AS (DELETE FROM history_default WHERE at >= %L AND at < %L RETURNING *)
                        INSERT INTO %I SELECT * FROM moved', month, next_month, partition);
        EXECUTE format('ALTER TABLE history ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       partition, greatest(bound, month), next_month);
    END IF;
END
$$;
ALTER TABLE history_before DROP CONSTRAINT history_before_bound, DROP CONSTRAINT property_event_pkey;
