-- The log's history, the transactions that have ended, and a checksum of the newest events. The history changes
-- whenever the database may have rows that its log does not explain:
-- - another server or database;
-- - another WAL timeline: a failover or a point-in-time recovery loses transactions and assigns their ids again;
-- - a crash recovery, which resets these statistics: commits that were not synchronous are lost;
-- - another table, after a restore, a TRUNCATE or a rewrite;
-- - triggers that were created, disabled or enabled: rows could be written without them;
-- - events that were removed or changed, except by trimming.
-- Releases that read the view `property_event` must compute the same text, because they share the position in Redis;
-- the identity of the table `event_log` is therefore in the checksum.
-- On a standby this is an error: its rows may be lost, and it does not support LISTEN.
SELECT concat_ws('/',
           (SELECT system_identifier FROM pg_control_system()),
           (SELECT oid FROM pg_database WHERE datname = current_database()),
           left(pg_walfile_name(pg_current_wal_lsn()), 8),
           (SELECT extract(epoch FROM stats_reset) FROM pg_stat_bgwriter),
           (SELECT string_agg(concat_ws('.', oid, relfilenode), ',' ORDER BY oid)
            FROM pg_class WHERE oid IN ('property'::regclass, 'property_event'::regclass)),
           (SELECT hashtextextended(string_agg(concat_ws(' ', oid, tgenabled, xmin), ',' ORDER BY oid), 0)
            FROM pg_trigger WHERE tgrelid IN ('property'::regclass, 'property_event'::regclass)),
           (SELECT string_agg(xmin::text, ',') FROM property_event_removal)),
       pg_current_snapshot()::text, property_event_tail(pg_current_snapshot())
