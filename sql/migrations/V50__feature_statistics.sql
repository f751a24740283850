-- How frequent each feature is. The planner does not use the statistics of V38's index for that, because it has only some of the
-- rows; so it took every feature for rare, and read all listings that have one.
SET LOCAL lock_timeout = '5s';

CREATE STATISTICS property_feature_words ON (property_folded(features)) FROM property;
ANALYZE property (features);
