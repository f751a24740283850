-- The samples of other instances from given times on.
SELECT cache_sample.step, at, figures
FROM unnest($2::smallint[], $3::timestamptz[]) AS wanted (step, since)
JOIN cache_sample ON cache_sample.step = wanted.step AND at >= wanted.since
WHERE instance <> $1
