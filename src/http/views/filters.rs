//! Filters of the templates.

#![expect(unreachable_pub, reason = "the filter macro makes its types public")]

use std::fmt::Display;

use chrono::{DateTime, Utc};

use super::list_address::{carrying, list_in};
use crate::domain::{Count, Fact, FactParameter, grouped_digits, presentation};
use crate::http::assets;

/// The address of a static file.
#[askama::filter_fn]
pub(super) fn asset(name: &str, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(assets::url(name))
}

/// A time for machines, e.g. `2026-01-31T09:30:00Z`.
#[askama::filter_fn]
pub(super) fn machine_time(at: &DateTime<Utc>, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

/// A day for people by the site's clocks, e.g. `31 January 2026`.
#[askama::filter_fn]
pub(super) fn day(at: &DateTime<Utc>, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(presentation().local(*at).format("%-d %B %Y").to_string())
}

/// A time for staff by the site's clocks, e.g. `31 Jan 2026, 09:30:05 UTC`.
#[askama::filter_fn]
pub(super) fn moment(at: &DateTime<Utc>, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(presentation().local(*at).format("%-d %b %Y, %H:%M:%S %Z").to_string())
}

/// A time for staff in a table, to the minute, e.g. `31 Jan 2026, 09:30`. The table's head names the time zone.
#[askama::filter_fn]
pub(super) fn minute(at: &DateTime<Utc>, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(presentation().local(*at).format("%-d %b %Y, %H:%M").to_string())
}

/// A field's name for people, e.g. `Price from`.
#[askama::filter_fn]
pub(super) fn label(field: impl Display, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(label_of(&field.to_string()))
}

/// The same outside templates.
pub(super) fn label_of(field: &str) -> String {
    if let Some(fact) = Fact::named(field) {
        return fact.label.to_owned();
    }
    if let Some(parameter) = FactParameter::named(field) {
        return parameter.label();
    }
    match field {
        "q" => "Search".to_owned(),
        "sort" => "Sort by".to_owned(),
        "near" => "Near a place on the map".to_owned(),
        "radius" => "Radius in kilometres".to_owned(),
        "since" => "Added".to_owned(),
        "new_password1" => "New password".to_owned(),
        "new_password2" => "New password again".to_owned(),
        "password1" => "Password".to_owned(),
        "password2" => "Password again".to_owned(),
        "is_active" => "Active".to_owned(),
        "is_staff" => "Staff".to_owned(),
        "is_superuser" => "Superuser".to_owned(),
        "success" => "Outcome".to_owned(),
        "micros" => "Time".to_owned(),
        "requests_per_second" => "Requests per second".to_owned(),
        "duration_ms" => "Duration".to_owned(),
        "p50_us" => "Median".to_owned(),
        "p95_us" => "95 % within".to_owned(),
        "p99_us" => "99 % within".to_owned(),
        other => {
            let mut letters = other.chars();
            let first = letters.next().map(|letter| letter.to_uppercase());
            let words = first.into_iter().flatten().chain(letters);
            words.map(|c| if c == '_' { ' ' } else { c }).collect()
        }
    }
}

/// What was done to a listing, for people.
#[askama::filter_fn]
pub(super) fn verb(kind: &str, _: &dyn askama::Values) -> askama::Result<&'static str> {
    Ok(match kind {
        "created" => "added",
        "deleted" => "deleted",
        "cleared" => "cleared",
        _ => "changed",
    })
}

/// The query string of a link that keeps the list's state, with its question mark; empty for a list without a state.
#[askama::filter_fn]
pub(super) fn kept(filters: &str, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(carrying("", filters))
}

/// The address of the list in a state.
#[askama::filter_fn]
pub(super) fn list_address(filters: &str, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(list_in(filters))
}

/// A whole number with its thousands separated.
#[askama::filter_fn]
pub(super) fn thousands(number: impl Display, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(grouped(number))
}

/// A number of listings: “1,234”, or “more than 10,000” where they were not counted further.
#[askama::filter_fn]
pub(super) fn counted(count: &Count, _: &dyn askama::Values) -> askama::Result<String> {
    let number = grouped(count.number);
    Ok(match count.is_exact {
        true => number,
        false => format!("more than {number}"),
    })
}

/// The same as [`thousands`] outside templates.
pub(in crate::http) fn grouped(number: impl Display) -> String {
    grouped_digits(&number.to_string())
}
