SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index
WHERE indrelid = 'property'::regclass AND indisvalid AND NOT indisunique AND NOT indisreplident
ORDER BY indexrelid
