-- The mails of alerts of the frequency $1 (of the alerts $2, where they are given) that have found something since their
-- last mail was added: the alert, the last match of that mail, and the last match now. From now on these matches count as mailed.
WITH due AS (
    SELECT alert.id, alert.mailed_up_to, newest.id AS up_to
    FROM alert
    CROSS JOIN LATERAL (
        SELECT max(found.id) AS id FROM alert_match AS found
        WHERE found.alert_id = alert.id AND found.sent_at IS NULL AND found.id > alert.mailed_up_to
    ) AS newest
    WHERE alert.state = 'active' AND alert.frequency = $1 AND ($2::bigint[] IS NULL OR alert.id = ANY ($2))
      AND newest.id IS NOT NULL
), noted AS (
    UPDATE alert SET mailed_up_to = due.up_to FROM due WHERE alert.id = due.id
)
SELECT id, mailed_up_to, up_to FROM due ORDER BY id
