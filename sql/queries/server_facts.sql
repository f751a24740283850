SELECT current_setting('server_version'),
       current_setting('server_version_num')::integer / 10000,
       current_setting('server_encoding'),
       pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on',
       role.rolsuper,
       current_setting('fsync') = 'on',
       current_setting('full_page_writes') = 'on',
       current_setting('synchronous_commit') <> 'off',
       current_setting('autovacuum') = 'on',
       current_setting('max_connections')::integer
           - current_setting('superuser_reserved_connections')::integer
           - coalesce(current_setting('reserved_connections', true)::integer, 0),
       role.rolconnlimit,
       clock_timestamp(),
       -- Each running instance has a separate listening connection.
       (SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'property-listings events'),
       -- For connections of other roles, only their existence is visible.
       (SELECT count(*) FROM pg_stat_activity
        WHERE datid IS NOT NULL AND usesysid IS NOT NULL
          AND NOT coalesce(application_name, '') LIKE 'property-listings%'),
       current_setting('max_connections')::integer
FROM pg_roles AS role
WHERE role.rolname = current_user
