-- For lists of a location, as V40 for those near a place.
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_place ON property (location_folded, listing_type, property_type, bedrooms)
    INCLUDE (id, created_at, price, price_qualifier, bathrooms, floor_area, latitude, longitude)
    WHERE status IN ('active', 'pending');
-- For lists of closed listings, of which the indexes above have none.
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_closed ON property (created_at DESC, id DESC) WHERE status = 'closed';
