-- Adds alert matches among the listings $1, with reasons $2 and earlier prices $3. The conditions of the alerts are in the
-- index: one lookup per listing finds the alerts for its place and those for every place.
WITH listed AS MATERIALIZED (
    SELECT p.id, p.price, p.location_folded, p.search, changed.reason, changed.price_before, {compared} AS facts
    FROM unnest($1::bigint[], $2::text[], $3::numeric[]) AS changed (id, reason, price_before)
    JOIN property AS p ON p.id = changed.id
    WHERE p.status IN ('active', 'pending')
      AND (changed.reason <> 'reduced' OR p.price_qualifier IS DISTINCT FROM 'on_application')
), added AS (
    INSERT INTO alert_match (alert_id, property_id, reason, price, price_before)
    SELECT alert.id, listed.id, listed.reason, listed.price, listed.price_before
    FROM listed JOIN alert ON alert.state = 'active'
        AND alert.places && ARRAY['', listed.location_folded]
        AND (alert.facts IS NULL OR listed.facts @@ alert.facts)
        AND (alert.words IS NULL OR listed.search @@ alert.words OR listed.id = alert.listing_id)
    ON CONFLICT (alert_id, property_id, reason) DO NOTHING
    RETURNING alert_id, property_id
)
SELECT alert_id, CASE WHEN NOT alert.is_complete THEN alert.query END, alert.frequency = 'instant',
       array_agg(added.property_id)
FROM added JOIN alert ON alert.id = added.alert_id
GROUP BY added.alert_id, alert.id
