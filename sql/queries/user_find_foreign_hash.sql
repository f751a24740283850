SELECT password_hash
FROM site_user
WHERE password_hash NOT LIKE '$argon2id$%' AND password_hash NOT LIKE '!%'
ORDER BY length(password_hash) DESC
LIMIT 1
