-- Changes since a time, by step of $2 seconds and kind; only the latest 5,000. Test listings are omitted.
SELECT extract(epoch FROM date_bin(make_interval(secs => $2), at, timestamptz '2000-01-01 00:00Z'))::bigint AS step, kind,
       count(*), sum(row_count)::bigint, count(DISTINCT actor), max(actor),
       CASE count(DISTINCT entity_id) WHEN 1 THEN max(entity_id) END,
       CASE count(DISTINCT entity_id) WHEN 1 THEN max(title) END
FROM (
    SELECT at, kind, row_count, actor, CASE entity WHEN 'listing' THEN entity_id END AS entity_id,
           coalesce(label, coalesce(after, before) ->> 'title') AS title
    FROM history
    WHERE at >= $1
    ORDER BY at DESC, id DESC
    LIMIT 5000
) AS latest
WHERE actor <> $3 OR title IS DISTINCT FROM $4
GROUP BY 1, 2
ORDER BY 1 DESC, 2
LIMIT $5
