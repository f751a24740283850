//! PostgreSQL away, more requests than it can answer, and the end of the program.

mod crowded;
mod notice;
mod overload;
mod shutdown;
mod slow_clients;
mod stale;
mod void;
