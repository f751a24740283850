-- Features in lower case, as lists are filtered by them: folded like `location_folded`.
CREATE FUNCTION property_folded(items text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY(SELECT lower(item COLLATE "und-x-icu") COLLATE "C" FROM unnest(items) AS item)
$$;
