-- A foreign hash of the most common kind in a small sample.
SELECT min(password_hash)
FROM (
    SELECT password_hash
    FROM site_user
    WHERE password_hash NOT LIKE '$argon2id$%' AND password_hash NOT LIKE '!%'
    LIMIT 200
) AS sample
GROUP BY split_part(password_hash, '$', 1)
ORDER BY count(*) DESC
LIMIT 1
