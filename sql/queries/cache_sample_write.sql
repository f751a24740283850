-- A step is written again while it lasts, and if a write was not confirmed.
WITH expired AS (
    DELETE FROM cache_sample
    USING unnest($3::smallint[], $4::timestamptz[]) AS kept (step, since)
    WHERE cache_sample.step = kept.step AND at < kept.since
)
INSERT INTO cache_sample (step, at, instance, figures)
SELECT step, at, $1, figures
FROM jsonb_to_recordset($2) AS sample (step smallint, at timestamptz, figures jsonb)
ON CONFLICT (step, at, instance) DO UPDATE SET figures = excluded.figures
