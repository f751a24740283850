-- Enquiries, unread ones first, then the latest first, with their number on all pages.
SELECT id, property_id, property_title, name, email, phone, message, wants_viewing, state, created_at, changed_by,
       changed_at, count(*) OVER () AS total
FROM enquiry
WHERE ($1::text IS NULL OR state = $1) AND ($2::bigint IS NULL OR property_id = $2)
  AND ($3::timestamptz IS NULL OR created_at >= $3)
  AND ($4::timestamptz IS NULL OR created_at < $4)
ORDER BY state <> 'new', id DESC
LIMIT $5 OFFSET $6
