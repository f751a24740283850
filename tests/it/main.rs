//! The site from outside: a real server on a free port, with a real PostgreSQL and Redis that the tests start themselves.
//!
//! Every test has a database and a key prefix of its own, so tests run in any order, in threads (`cargo test`) or in
//! processes (`cargo nextest`). Nothing here sleeps to let something happen: tests poll with a deadline, or hold a
//! lock.

// How tests get servers, sites, browsers and outages.
mod harness;

// The admin as staff use it: logging in, forms, conflicts, history.
mod admin;
// Ways through the site: places, looser filters, similar listings, neighbours.
mod browse;
// The program's commands as a shell runs them.
mod commands;
// The documents agree with the program.
mod documents;
// The database's triggers: every write is logged, every count exact.
mod event_log;
// The declaration of facts: what is declared once is in the form, the pages, the files and the history.
mod facts;
// Files that load wholly or not at all, lossless dumps, sample data.
mod fixtures_bulk;
// Pages in a real browser: keyboard, layout, contrast, Back, the console.
mod in_chromium;
// The matrix: kinds of write × kinds of page.
mod invalidation;
// What programs read: robots.txt, the site map, feeds.
mod machines;
// What operators use: status, clear, figures, tests.
mod management;
// Pages of this process: the same answers without a server's help, and never an older one.
mod memory_tier;
// PostgreSQL away, too many requests, the end: what is still answered, and what is not.
mod outage;
// The public pages over HTTP: headers, encodings, refusals, data.
mod pages;
// Races, faults and hostile input against the cache.
mod protocol;
// One load, however many ask.
mod single_flight;
