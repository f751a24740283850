-- “g” sorts after every hexadecimal digit.
SELECT id FROM property
WHERE location_folded >= $2::text AND location_folded < $2 || 'g'
    AND title = $1 AND created_at <= now() - make_interval(secs => $3)
