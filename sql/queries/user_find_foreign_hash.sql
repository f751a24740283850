-- A hash made by Django that the site can check, of the most frequent kind in a sample. The first two conditions are
-- those of the index site_user_foreign_hash.
SELECT min(password_hash)
FROM (
    SELECT password_hash
    FROM site_user
    WHERE password_hash NOT LIKE '$argon2id$%' AND password_hash NOT LIKE '!%'
        AND (password_hash LIKE 'pbkdf2\_sha256$%' OR password_hash LIKE 'argon2$%')
    LIMIT 200
) AS sample
GROUP BY split_part(password_hash, '$', 1)
ORDER BY count(*) DESC
LIMIT 1
