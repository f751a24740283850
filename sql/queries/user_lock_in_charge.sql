SELECT id
FROM site_user
WHERE is_active AND is_staff AND is_superuser
ORDER BY id
FOR NO KEY UPDATE
