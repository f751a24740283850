-- The last change of a listing's price, if it lowered the price and readers could see both. Nothing is told where the
-- meaning of the price changed with it or after it (another period, a price on application, a draft that was published), or
-- where a change of many
-- rows, which keeps no values, may have come in between.
WITH latest AS MATERIALIZED (
    SELECT id, at, before, after FROM history
    WHERE entity = 'listing' AND entity_id = $1 AND kind = 'updated' ORDER BY id DESC LIMIT 100
), priced AS (
    SELECT id, at, (before ->> 'price')::numeric AS lowered_from, (after ->> 'price')::numeric AS lowered_to FROM latest
    WHERE before ? 'price' AND after ? 'price' ORDER BY id DESC LIMIT 1
)
SELECT lowered_from, lowered_to, at FROM priced
WHERE lowered_to < lowered_from
  AND NOT EXISTS (
      SELECT FROM latest
      WHERE latest.id >= priced.id
        AND (before || after) ?| ARRAY['listing_type', 'price_period', 'price_qualifier', 'status']
  )
  AND NOT EXISTS (SELECT FROM history AS other WHERE other.kind = 'bulk' AND other.at >= priced.at)
