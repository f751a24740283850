"""Checks rules for a feed that a grammar can't express (RFC 4287), and parses it like a feed reader: feed.py DOCUMENT."""

import sys

import feedparser

with open(sys.argv[1], "rb") as file:
    feed = feedparser.parse(file.read(), sanitize_html=False)
wrong = []


def expect(right, what):
    if not right:
        wrong.append(what)


expect(not feed.bozo, f"feedparser: {feed.get('bozo_exception')}")
expect(feed.version == "atom10", f"feedparser takes it for {feed.version!r}")
links = {link.rel: link.href for link in feed.feed.links}
expect(set(links) == {"self", "alternate"}, f"the feed's links are {links}")
expect(feed.feed.id == links.get("self"), "the feed's id is not its address")
ids = [entry.id for entry in feed.entries]
expect(len(set(ids)) == len(ids), "an id is used twice (4.1.1)")
updates = [entry.updated_parsed for entry in feed.entries]
expect(all(updates) and feed.feed.updated_parsed, "a time can't be read (3.3)")
if feed.entries:
    expect(feed.feed.updated_parsed == max(updates), "the feed is not as new as its newest entry")
for entry in feed.entries:
    expect(entry.link == entry.id, f"{entry.id}: its page is {entry.link}")
    expect(entry.title and entry.summary and entry.tags, f"{entry.id}: a part is empty")
    expect(entry.published_parsed <= entry.updated_parsed, f"{entry.id}: updated before it was published")
if wrong:
    sys.exit("\n".join(wrong))
print(f"{len(ids)} entries, as they should be")
