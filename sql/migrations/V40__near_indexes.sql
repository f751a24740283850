-- For lists near a place. The index also has what lists are filtered and sorted by, so that it alone tells the listings that the rest of
-- a filter leaves out.
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_near ON property (latitude, longitude)
    INCLUDE (id, created_at, location_folded, price, price_qualifier, listing_type, property_type, bedrooms, bathrooms, floor_area)
    WHERE status IN ('active', 'pending');
-- For lists by price: the listings that hide it are the last.
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_on_application ON property (id)
    WHERE price_qualifier = 'on_application' AND status IN ('active', 'pending');
