//! A property-listings website that caches every page and never serves a stale one after a change.
//!
//! Layers, each of which imports only from those below it (a test checks it):
//!
//! - [`app`]: the composition root and the commands
//! - [`http`]: routes, handlers, middleware, views
//! - [`services`]: use cases
//! - [`events`]: domain events and their receivers
//! - [`cache`], [`db`] and [`media`]: the cache, PostgreSQL, and the files of photos; they don't know each other
//! - [`domain`] and [`config`]: plain data; [`tls`]: certificates

pub mod app;
pub mod cache;
pub mod config;
pub mod db;
pub mod domain;
pub mod events;
pub mod http;
pub mod mail;
pub mod media;
pub mod services;
pub mod tls;
