"""What JSON Schema can't say of the list's parameters."""

import json

import schemathesis


@schemathesis.hook
def map_query(context, query):
    """Only the site can make a cursor, and each is of one order: a made-up one is refused, as it should be. And in a
    URL a single value is an array of one, also where it was meant to be no array."""
    if query:
        query.pop("cursor", None)
        single = query.get("location", [])
        if not isinstance(single, (list, dict)):
            query["location"] = [single if isinstance(single, str) else json.dumps(single)]
    return query


@schemathesis.hook
def filter_query(context, query):
    """At most 20 different locations can be combined; those that are named twice don't count."""
    locations = (query or {}).get("location")
    return not isinstance(locations, list) or len(locations) <= 20
