//! The database's own triggers: whatever changes listings is in the event log, and counts stay exact.

mod counts;
mod events;
mod restored;
mod search_renewal;
mod tally;
mod texts;
