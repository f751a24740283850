SELECT content_hash, property_id, version
FROM form_submission
WHERE token_hash = $1
FOR UPDATE
