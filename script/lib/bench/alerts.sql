-- Fills the tables with :alerts alerts and 1,000 listings.
TRUNCATE alert CASCADE;
TRUNCATE property RESTART IDENTITY;
INSERT INTO alert (email, mailbox, query, frequency, state, places, facts, words, is_complete)
SELECT 'reader' || n || '@homes.example', 'reader' || n || '@homes.example', 'n=' || n, 'daily', 'active',
       CASE WHEN n % 10 < 8 THEN ARRAY['place ' || (n * 7919) % 100] ELSE ARRAY[''] END,
       format('($.listing_type == "%s") && ($.price >= %s.00) && ($.price <= %s.00) && ($.bedrooms >= %s)%s',
              (ARRAY['sale', 'rent'])[1 + n % 2], 100000 + n % 7 * 50000, 200000 + n % 7 * 50000, n % 5,
              CASE n % 4 WHEN 0 THEN ' && ($.property_type == "house")' ELSE '' END)::jsonpath,
       CASE n % 20 WHEN 0 THEN property_query((ARRAY['garden', 'sea', 'parking', 'lift', 'quiet'])[1 + n / 20 % 5], '') END,
       true
FROM generate_series(1, :alerts) AS n;
INSERT INTO property (title, description, price, location, listing_type, property_type, bedrooms)
SELECT 'Home ' || n || (ARRAY[' with a garden', ' by the sea', ' with parking', '', ' in a quiet street'])[1 + n % 5],
       trim(repeat('A bright flat near the shops and the park. ', 10)), 100000 + n * 37 % 400 * 1000,
       'Place ' || n % 100, (ARRAY['sale', 'rent'])[1 + n % 2], (ARRAY['house', 'apartment', 'studio'])[1 + n % 3], n % 6
FROM generate_series(1, 1000) AS n;
VACUUM (ANALYZE) alert, property;
