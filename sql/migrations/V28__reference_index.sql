-- No two listings have the same reference, in whatever case.
CREATE UNIQUE INDEX IF NOT EXISTS property_reference_unique ON property (lower(reference));
