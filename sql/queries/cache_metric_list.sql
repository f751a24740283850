SELECT minute, level, to_jsonb(cache_metric)
FROM cache_metric
WHERE minute >= $1
ORDER BY minute
