//! The harness: servers and browsers that all tests of a run share, and a site for each test.

use std::io::Write as _;

mod app;
mod browser;
mod certificates;
mod chromium;
mod database;
mod hold;
mod keeper;
mod page;
mod poll;
mod postgres;
mod program;
mod proxy;
mod raw;
mod redis;
mod smtp;
mod temporary;
mod terminal;
mod tier;

pub(crate) use app::{
    App, Plan, TOKEN, scratch, spawn_app, spawn_homes, spawn_staffed, spawn_two, unique,
};
pub(crate) use browser::{Browser, Listing, listing};
pub(crate) use certificates::{Authority, Certified, self_signed};
pub(crate) use chromium::{
    Chromium, DriverOnDemand, Key, Motion, Theme, are_seen, with_and_without_scripts,
};
pub(crate) use database::{TestDatabase, database};
pub(crate) use hold::{Held, Hold, Reader, create_role};
pub(crate) use keeper::shared;
pub(crate) use page::{Page, Shows, statuses};
pub(crate) use poll::{Stopwatch, eventually, eventually_within, until, until_within};
pub(crate) use postgres::{OwnPostgres, Pooler, bin as postgres_programs, free_port};
pub(crate) use program::{Said, Serving, Shell};
pub(crate) use proxy::Proxy;
pub(crate) use raw::RawAnswer;
pub(crate) use redis::{OwnRedis, RedisCli};
pub(crate) use smtp::{Behaviour, MailServer};
pub(crate) use terminal::Terminal;

/// The password of every account in the template database: `ada` (a superuser), `sam` (staff), `ina` (inactive) and
/// `vic` (neither staff nor superuser).
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Prints that a test is skipped because a program is not installed.
pub(crate) fn say_skipped(missing: &str) {
    let said = writeln!(std::io::stderr(), "skipped: {missing} is not installed");
    said.expect("standard error is open");
}
