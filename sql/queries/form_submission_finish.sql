UPDATE form_submission
SET content_hash = $2, property_id = $3, version = $4, at = clock_timestamp()
WHERE token_hash = $1
