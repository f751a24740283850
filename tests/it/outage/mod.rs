//! PostgreSQL unreachable, more requests than it can answer, and the shutdown of the program.

mod crowded;
mod notice;
mod overload;
mod shutdown;
mod slow_clients;
mod stale;
mod void;
