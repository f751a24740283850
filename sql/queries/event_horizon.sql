-- Which database this is, and the transaction id below which none is still running.
SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || (
           SELECT oid FROM pg_database WHERE datname = current_database()
       ),
       pg_snapshot_xmin(pg_current_snapshot())::text
