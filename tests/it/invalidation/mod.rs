//! The invalidation matrix: a write refreshes every page that shows the row, and no other page.
//!
//! Rows are kinds of writes, columns are kinds of pages. Before the write every page is a hit; afterwards each cell
//! asserts `Cache-Status` **and** content.

mod by_commands;
mod by_psql;
mod by_staff;
mod by_status;
mod by_tally;
mod matrix;
