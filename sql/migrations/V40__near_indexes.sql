-- For lists near a place: its latitudes and longitudes are found in the index, which also has what a distance is computed of.
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_near ON property (latitude, longitude)
    WHERE status IN ('active', 'pending');
-- For lists by price: the listings that hide it are the last.
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_on_application ON property (id)
    WHERE price_qualifier = 'on_application' AND status IN ('active', 'pending');
