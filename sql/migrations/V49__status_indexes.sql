-- For lists and numbers of the listings of one status, as V41 for listed ones: the indexes of listed rows do not have the status.
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_pending_kind ON property (listing_type, property_type, bedrooms)
    INCLUDE (id, created_at, location_folded, price, price_qualifier, bathrooms, floor_area, latitude, longitude)
    WHERE status = 'pending';
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_closed_kind ON property (listing_type, property_type, bedrooms)
    INCLUDE (id, created_at, location_folded, price, price_qualifier, bathrooms, floor_area, latitude, longitude)
    WHERE status = 'closed';
