"""What JSON Schema can't say of the list's parameters."""

import schemathesis
from hypothesis import strategies

# Only the site can make a cursor, and each is of one order. An empty one counts as absent.
schemathesis.openapi.format("cursor", strategies.just(""))


@schemathesis.hook
def filter_query(context, query):
    """At most 20 different locations can be combined; those that are named twice don't count."""
    locations = (query or {}).get("location")
    return not isinstance(locations, list) or len(locations) <= 20
