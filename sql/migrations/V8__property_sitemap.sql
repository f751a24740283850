-- The site map's parts are ranges of 5,000 numbers. From this index the parts that have rows are found one by one,
-- each with its latest change, in as many steps as there are parts.
CREATE INDEX property_sitemap ON property (((id - 1) / 5000), updated_at);
