-- A minute is written again if the first write was not confirmed.
WITH old AS (
    DELETE FROM cache_metric WHERE minute < now() - interval '25 hours'
)
INSERT INTO cache_metric (minute, instance, level, hits, misses, stale, bypass, collapsed, stores, invalidations,
                          hit_times, load_times)
SELECT minute, $2, level, hits, misses, stale, bypass, collapsed, stores, invalidations, hit_times, load_times
FROM jsonb_to_recordset($1) AS sample (
    minute timestamptz, level text, hits bigint, misses bigint, stale bigint, bypass bigint, collapsed bigint,
    stores bigint, invalidations bigint, hit_times jsonb, load_times jsonb)
ON CONFLICT (minute, instance, level) DO UPDATE SET
    hits = excluded.hits, misses = excluded.misses, stale = excluded.stale, bypass = excluded.bypass,
    collapsed = excluded.collapsed, stores = excluded.stores, invalidations = excluded.invalidations,
    hit_times = excluded.hit_times, load_times = excluded.load_times
