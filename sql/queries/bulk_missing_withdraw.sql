UPDATE property
SET status = 'withdrawn'
WHERE status IN ('active', 'pending')
  AND NOT EXISTS (SELECT FROM property_staging AS staged WHERE staged.id = property.id)
