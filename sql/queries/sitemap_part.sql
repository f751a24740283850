SELECT id, updated_at, jsonb_path_query_array(photos, '$[0]')
FROM property
WHERE id BETWEEN $1 AND $2 AND status IN ('active', 'pending')
ORDER BY id
