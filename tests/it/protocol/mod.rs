//! The guarantees of the cache protocol, each with the interleaving or the fault that would break it.

mod admission;
mod bodies;
mod following;
mod generations;
mod in_the_way;
mod instances;
mod junk;
mod keys;
mod lifetimes;
mod lost_transactions;
mod outages;
mod overtaken;
mod refusals;
mod rollback;
mod round_trips;
mod schema_changes;
mod slow_postgres;
