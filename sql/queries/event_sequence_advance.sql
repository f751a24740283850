-- A restored dump may hold higher numbers than its sequence gives next: writers would be refused.
SELECT setval(sequence, latest)
FROM (SELECT pg_get_serial_sequence('property_event', 'id')::regclass AS sequence, max(id) AS latest FROM property_event) AS log
WHERE latest > coalesce(pg_sequence_last_value(sequence), 0)
