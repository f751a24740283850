//! PostgreSQL: the pool, the migrations, and one module of functions per table.
//!
//! Functions take `&impl GenericClient`: a pooled client or a transaction. Absence is `Option`; every failure is a
//! [`DbError`]. This module does not know the cache.

pub mod account_events;
mod admin_listing_sql;
pub mod admin_listings;
pub mod alert_matches;
pub mod alerts;
pub mod attention;
pub mod bulk;
pub mod cache_samples;
mod cached;
mod client;
mod connecting;
pub mod departures;
mod endpoint;
pub mod enquiries;
mod error;
pub mod event_log;
pub mod event_replay;
pub mod facets;
mod fact_columns;
pub mod history;
pub mod import_choices;
pub mod import_records;
mod index_statements;
pub mod jobs;
mod lane;
mod listener;
mod listing_conditions;
mod listing_order;
mod listing_sql;
pub mod login_events;
pub mod login_failures;
mod migration_session;
pub mod migrations;
mod parameter_types;
pub mod photos;
pub mod places;
mod pool;
mod pooler;
pub mod probes;
pub mod properties;
pub mod restoration;
pub mod server;
pub mod sessions;
pub mod sitemap;
mod statement;
pub mod submissions;
pub mod uploads;
pub mod users;
pub mod vocabulary;
mod watch;

pub use client::{Client, GenericClient, Transaction};
pub use error::{DbError, Result};
pub use lane::PoolReport;
pub use listener::{EventListener, Heard, JobListener, LogConnection, connect};
pub use pool::{Class, Database, connections_of_instance};
pub use statement::{Prepared, Runnable};
pub use tokio_postgres::Client as Connection;
pub use watch::{Driver, Watch};
