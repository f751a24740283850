"""Rules for the list's parameters that JSON Schema can't express."""

import json

import schemathesis


@schemathesis.hook
def map_query(context, query):
    """Only the site can make a cursor, and each belongs to one order: a made-up one is correctly refused. In a URL, a
    single value is the same as an array with one value."""
    if query:
        query.pop("cursor", None)
        single = query.get("location", [])
        if not isinstance(single, (list, dict)):
            query["location"] = [single if isinstance(single, str) else json.dumps(single)]
    return query


@schemathesis.hook
def filter_query(context, query):
    """At most 20 different locations can be combined; duplicates don't count."""
    locations = (query or {}).get("location")
    return not isinstance(locations, list) or len(locations) <= 20
