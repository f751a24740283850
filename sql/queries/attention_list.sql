-- Listings that need attention, of the $1 that were changed last: up to $4 of each kind, the one that has waited longest
-- first, with the number of all of that kind. $2 is how many characters are a short description, $3 how long an offer may
-- take.
WITH looked_at AS MATERIALIZED (
    SELECT id, title, status, created_at, updated_at, photos IS NULL AS is_bare, char_length(description) AS length
    FROM property ORDER BY updated_at DESC, id DESC LIMIT $1
), noted AS (
    SELECT 'photo' AS kind, id, title, updated_at FROM looked_at WHERE is_bare AND status IN ('active', 'pending')
    UNION ALL
    SELECT 'description', id, title, updated_at FROM looked_at WHERE length < $2 AND status IN ('active', 'pending')
    UNION ALL
    SELECT 'offer', id, title, updated_at FROM looked_at
    WHERE status = 'pending' AND created_at < now() - $3::text::interval
      AND NOT EXISTS (
          SELECT FROM history
          WHERE entity = 'listing' AND entity_id = looked_at.id AND kind = 'updated' AND after ? 'status'
            AND at >= now() - $3::text::interval
      )
    UNION ALL
    SELECT 'draft', id, title, updated_at FROM looked_at WHERE status = 'draft'
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY kind ORDER BY updated_at, id) AS place, count(*) OVER (PARTITION BY kind) AS total
    FROM noted
)
SELECT kind, id, title, updated_at, total FROM ranked WHERE place <= $4 ORDER BY kind, place
