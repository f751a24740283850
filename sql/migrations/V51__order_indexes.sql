-- For lists in the order of a fact or of their age: the indexes also have what lists are filtered by, as V40 and V41, so that the
-- listings between those of a page are left out without a look at the table.
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_by_price ON property (price, id)
    INCLUDE (status, created_at, location_folded, price_qualifier, listing_type, property_type, bedrooms, bathrooms, floor_area, latitude, longitude);
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_by_age ON property (created_at DESC, id DESC)
    INCLUDE (status, location_folded, price, price_qualifier, listing_type, property_type, bedrooms, bathrooms, floor_area, latitude, longitude);
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_by_floor_area ON property (floor_area, id)
    INCLUDE (created_at, location_folded, price, price_qualifier, listing_type, property_type, bedrooms, bathrooms, latitude, longitude)
    WHERE status IN ('active', 'pending');
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_by_bedrooms ON property (bedrooms, id)
    INCLUDE (created_at, location_folded, price, price_qualifier, listing_type, property_type, bathrooms, floor_area, latitude, longitude)
    WHERE status IN ('active', 'pending');
-- For lists of a property type, for sale and to rent; `property_kind` has each of these apart.
CREATE INDEX CONCURRENTLY IF NOT EXISTS property_by_property_type ON property (property_type, bedrooms)
    INCLUDE (id, created_at, location_folded, price, price_qualifier, listing_type, bathrooms, floor_area, latitude, longitude)
    WHERE status IN ('active', 'pending');
-- Each of these takes the place of one that begins with the same column.
DROP INDEX CONCURRENTLY IF EXISTS property_by_type;
DROP INDEX CONCURRENTLY IF EXISTS property_price;
DROP INDEX CONCURRENTLY IF EXISTS property_newest;
DROP INDEX CONCURRENTLY IF EXISTS property_floor_area;
DROP INDEX CONCURRENTLY IF EXISTS property_bedrooms;
