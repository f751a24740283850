-- The pages that readers were answered with are counted by themselves, whichever level had them: hits and misses of the
-- pseudo-level 'answers'. Those of the last day are reckoned from the levels, as the dashboard did until now.
ALTER TABLE cache_metric DROP CONSTRAINT cache_metric_level_check,
    ADD CONSTRAINT cache_metric_level_check
        CHECK (level IN ('page_memory', 'page_redis', 'queryset', 'count', 'answers'));

INSERT INTO cache_metric (minute, instance, level, hits, misses, stale, bypass, collapsed, stores, invalidations,
                          hit_times, load_times)
SELECT minute, instance, 'answers', sum(hits),
       CASE WHEN bool_or(level = 'page_redis') THEN sum(misses + bypass) FILTER (WHERE level = 'page_redis')
            ELSE sum(misses) END,
       0, 0, 0, 0, 0, '[]', '[]'
FROM cache_metric
WHERE level IN ('page_memory', 'page_redis')
GROUP BY minute, instance;
