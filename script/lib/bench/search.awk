# Prints `count` query strings of random filters and orders, the same ones every time. The files `places` and `map` have
# names of places, and latitudes with longitudes.
function chance(share) { return rand() < share }
function below(n) { return int(rand() * n) }
function one(list,    parts) { return parts[1 + below(split(list, parts, "|"))] }
function add(name, value) { query = query (query == "" ? "" : "&") name "=" value }
BEGIN {
    srand(20260101)
    while ((getline line < places) > 0) { gsub(/ /, "+", line); place[++place_count] = line }
    while ((getline line < map) > 0) spot[++spot_count] = line
    for (number = 0; number < count; number++) {
        query = ""; near = 0
        if (chance(0.3)) add("q", one("garden|balcony|harbour|spacious+villa|2+bed+flat|sea+view|QX1+1AB|QX3|rowan+lane|parking+garage|castle|flat+to+rent|wheelchair|farmhouse|quiet|studio"))
        if (chance(0.3)) add("location", place[1 + below(place_count)])
        if (chance(0.1)) add("location", place[1 + below(place_count)])
        if (chance(0.25)) add("min_price", 50000 * (1 + below(12)))
        if (chance(0.25)) add("max_price", 50000 * (2 + below(16)))
        if (chance(0.25)) add("listing_type", one("sale|rent"))
        if (chance(0.25)) add("property_type", one("house|apartment|studio|townhouse|bungalow|land"))
        if (chance(0.1)) add("property_type", one("house|apartment"))
        if (chance(0.3)) add("min_bedrooms", below(6))
        if (chance(0.15)) add("max_bedrooms", 1 + below(4))
        if (chance(0.1)) add("min_bathrooms", 1 + below(3))
        if (chance(0.15)) add("min_area", 40 + 20 * below(5))
        if (chance(0.1)) add("max_area", 60 + 20 * below(5))
        if (chance(0.2)) add("feature", one("garden|lift|parking|sea+view|furnished|pets+allowed"))
        if (chance(0.05)) add("feature", one("garage|balcony"))
        if (chance(0.05)) add("status", one("pending|active|closed"))
        if (chance(0.1)) add("since", one("365|450|700|1500"))
        if (chance(0.3)) { near = 1; add("near", spot[1 + below(spot_count)]) }
        if (near && chance(0.7)) add("radius", one("0.5|1|2|10|25|50|200"))
        if (near && chance(0.5)) add("sort", "distance")
        else if (chance(0.5)) add("sort", one("oldest|price|-price|area|-area|bedrooms|-bedrooms"))
        print query
    }
}
