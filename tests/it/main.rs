//! Tests the site from outside: a real server on a free port, with a real PostgreSQL and Redis that the tests start.
//!
//! Every test has its own database and key prefix, so tests run in any order, in threads (`cargo test`) or in processes
//! (`cargo nextest`). No test sleeps until something happens: tests poll with a deadline, or hold a lock.

// Servers, sites, browsers and outages for the tests.
mod harness;

// The admin as staff use it: logging in, forms, conflicts, history.
mod admin;
// Alerts: asking for them, what their mails say and when, failures.
mod alerts;
// Navigation: places, looser filters, similar listings, neighbours.
mod browse;
// The program's commands, run as by a shell.
mod choosing;
mod commands;
// TLS, several servers, poolers: how the site reaches PostgreSQL and Redis.
mod connections;
// The documents, compared with the program.
mod documents;
// Enquiries about listings: the form, its guards, the inbox.
mod enquiries;
// The database's triggers: every write is logged, every count is exact.
mod event_log;
// The declaration of facts: each declared fact is in the form, the pages, the files and the history.
mod facts;
// Files that are loaded completely or not at all, lossless dumps, sample data.
mod fixtures_bulk;
// Pages in a real browser: keyboard, layout, contrast, Back, the console.
mod in_chromium;
// Background jobs: workers, and the operators' page.
mod jobs;
// The invalidation matrix: kinds of writes × kinds of pages.
mod invalidation;
// Pages for programs: robots.txt, the sitemap, feeds, the API description.
mod machines;
// Mail: content, failures of the mail server, forgotten passwords.
mod mail;
// Management pages: status, clearing, figures, load tests.
mod management;
// The memory tier: it gives the same responses without a server, and never older ones.
mod memory_tier;
// PostgreSQL unreachable, too many requests, shutdown: which requests are still answered.
mod outage;
// The public pages over HTTP: headers, encodings, refusals, JSON.
mod pages;
// Photos: uploads, their files, and the pages that show them.
mod photos;
// Races, faults and hostile input that affect the cache.
mod protocol;
// Behind proxies: the client's address, the site's own origin, health checks, sockets.
mod proxies;
// Releases: migrations while an older release runs, two builds at the same time, restarts.
mod releases;
// Single-flight: concurrent requests share one load.
mod single_flight;
