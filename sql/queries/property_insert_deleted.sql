-- Brings listings back as they were when the events $1 deleted them; numbers that are in use are left alone.
INSERT INTO property (id, title, description, price, location, created_at, updated_at)
SELECT property_id, before ->> 'title', before ->> 'description', (before ->> 'price')::numeric,
       before ->> 'location', (before ->> 'created_at')::timestamptz, (before ->> 'updated_at')::timestamptz
FROM property_event
WHERE id = ANY ($1) AND kind = 'deleted'
ORDER BY property_id
ON CONFLICT (id) DO NOTHING
RETURNING id
