SELECT id, at, actor, file_name, added, changed, withdrawn
FROM import_record
WHERE undone_at IS NULL AND at > now() - interval '30 days' AND added + changed + withdrawn > 0
ORDER BY id DESC
LIMIT 10
