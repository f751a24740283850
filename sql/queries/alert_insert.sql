-- Adds an alert, or finds the one that the address has for the same list. One that is not confirmed takes the frequency that
-- is asked for now; any other stays as it is. No row where the mailbox was asked $11 times within a day.
INSERT INTO alert AS old (email, mailbox, query, frequency, places, facts, words, listing_id, is_complete)
SELECT $1, $2, $3, $4, $5::text[], $6::text::jsonpath,
       CASE WHEN $7::text IS NOT NULL THEN property_query($7, $8) END, $9, $10
WHERE (SELECT coalesce(sum(asked), 0) FROM alert WHERE mailbox = $2 AND asked_at > now() - interval '1 day') < $11
ON CONFLICT (lower(email), md5(query)) DO UPDATE SET
    frequency = CASE old.state WHEN 'unconfirmed' THEN excluded.frequency ELSE old.frequency END,
    changed_at = CASE old.state WHEN 'unconfirmed' THEN now() ELSE old.changed_at END,
    asked = CASE WHEN old.asked_at > now() - interval '1 day' THEN old.asked + 1 ELSE 1 END,
    asked_at = CASE WHEN old.asked_at > now() - interval '1 day' THEN old.asked_at ELSE now() END
RETURNING id
