-- For lists of a listing type or property type in all places, as V40 for those near a place.
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_kind ON property (listing_type, property_type, bedrooms)
    INCLUDE (id, created_at, location_folded, price, price_qualifier, bathrooms, floor_area, latitude, longitude)
    WHERE status IN ('active', 'pending');
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_by_type ON property (property_type)
    WHERE status IN ('active', 'pending');
