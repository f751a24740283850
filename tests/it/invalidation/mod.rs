//! The invalidation matrix: a write refreshes every page that shows the row, and no page that doesn't.
//!
//! Rows are kinds of write, columns kinds of page. Before the write every page is a hit; after it each cell asserts
//! `Cache-Status` **and** content.

mod by_commands;
mod by_psql;
mod by_staff;
mod by_status;
mod by_tally;
mod matrix;
