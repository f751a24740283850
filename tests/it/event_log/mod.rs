//! The database's triggers: every change of listings is in the event log and the history, and counts are exact.

mod counts;
mod events;
mod restored;
mod search_renewal;
mod tally;
mod texts;
mod upkeep;
mod versions;
