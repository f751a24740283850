//! Filters of the templates.

#![expect(unreachable_pub, reason = "the filter macro makes its types public")]

use std::fmt::Display;

use chrono::{DateTime, Utc};

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

/// A day for people, e.g. `31 January 2026`.
#[askama::filter_fn]
pub(super) fn day(at: &DateTime<Utc>, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(at.format("%-d %B %Y").to_string())
}

/// A time for staff, e.g. `31 Jan 2026, 09:30:05 UTC`.
#[askama::filter_fn]
pub(super) fn moment(at: &DateTime<Utc>, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(at.format("%-d %b %Y, %H:%M:%S UTC").to_string())
}

/// A whole number with its thousands separated.
#[askama::filter_fn]
pub(super) fn thousands(number: impl Display, _: &dyn askama::Values) -> askama::Result<String> {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 4);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    Ok(text)
}
