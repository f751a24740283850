//! The site from outside: a real server on a free port, with a real PostgreSQL and Redis that the tests start themselves.
//!
//! Every test has a database and a key prefix of its own, so tests run in any order, in threads (`cargo test`) or in
//! processes (`cargo nextest`). Nothing here sleeps to let something happen: tests poll with a deadline, or hold a
//! lock.

// How tests get servers, sites, browsers and outages.
mod harness;

// The admin as staff use it: logging in, forms, conflicts, history.
mod admin;
// Alerts: asking for them, what their mails say and when, failures.
mod alerts;
// Navigation: places, looser filters, similar listings, neighbours.
mod browse;
// The program's commands as a shell runs them.
mod choosing;
mod commands;
// TLS, several servers, poolers: how the site reaches PostgreSQL and Redis.
mod connections;
// The documents agree with the program.
mod documents;
// Enquiries about listings: the form, its guards, the inbox.
mod enquiries;
// The database's triggers: every write is logged, every count exact.
mod event_log;
// The declaration of facts: what is declared once is in the form, the pages, the files and the history.
mod facts;
// Files that load wholly or not at all, lossless dumps, sample data.
mod fixtures_bulk;
// Pages in a real browser: keyboard, layout, contrast, Back, the console.
mod in_chromium;
// Background jobs: workers, and what operators see.
mod jobs;
// The invalidation matrix: kinds of write × kinds of page.
mod invalidation;
// Machine-readable pages: robots.txt, the site map, feeds, the description.
mod machines;
// Mail: what is sent, failures of its server, forgotten passwords.
mod mail;
// Management pages: status, clearing, figures, load tests.
mod management;
// The memory tier: it gives the same answers without a server, and never an older one.
mod memory_tier;
// PostgreSQL unreachable, too many requests, shutdown: which requests are still answered.
mod outage;
// The public pages over HTTP: headers, encodings, refusals, data.
mod pages;
// Photos: uploads, their files, and the pages that show them.
mod photos;
// Races, faults and hostile input against the cache.
mod protocol;
// Behind proxies: the client's address, the site's own origin, health checks, sockets.
mod proxies;
// Releases: migrations while an older release runs, two builds side by side, restarts.
mod releases;
// Single-flight: concurrent requests share one load.
mod single_flight;
