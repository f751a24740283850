-- For the filters and orders of the public list.
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_bedrooms ON property (bedrooms, id)
    WHERE status IN ('active', 'pending');
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_floor_area ON property (floor_area, id)
    WHERE status IN ('active', 'pending');
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_features ON property USING gin (property_folded(features))
    WHERE status IN ('active', 'pending');
