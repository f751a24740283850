-- Entries are kept for 90 days, at most 500,000: each insert deletes a few of the oldest.
WITH forgotten AS (
    DELETE FROM login_event WHERE id IN (
        SELECT id FROM (
            SELECT id, at FROM login_event ORDER BY id LIMIT 100
        ) AS oldest
        WHERE at < now() - interval '90 days' OR id <= (SELECT max(id) FROM login_event) - 500000
    )
)
INSERT INTO login_event (kind, username, user_id, address, user_agent) VALUES ($1, $2, $3, $4, $5)
