//! Template filters that show figures in suitable units.

#![expect(unreachable_pub, reason = "the filter macro makes its types public")]

use std::borrow::Borrow;

pub(super) use crate::http::views::filters::*;
use crate::http::views::grouped;

/// The text for a missing figure.
const UNKNOWN: &str = "not known";

/// A share in percent.
#[askama::filter_fn]
pub(super) fn percent(share: impl Borrow<f64>, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(format!("{:.1} %", share.borrow() * 100.0))
}

/// A share in percent, or a text for a missing one.
#[askama::filter_fn]
pub(super) fn ratio(
    share: impl Borrow<Option<f64>>,
    _: &dyn askama::Values,
) -> askama::Result<String> {
    let share = share.borrow().map(|share| format!("{:.1} %", share * 100.0));
    Ok(share.unwrap_or_else(|| "no data".to_owned()))
}

/// A number, or the text for a missing one.
#[askama::filter_fn]
pub(super) fn known(
    number: impl Borrow<Option<u64>>,
    _: &dyn askama::Values,
) -> askama::Result<String> {
    Ok(number.borrow().map_or_else(|| UNKNOWN.to_owned(), grouped))
}

/// A number of bytes, or the text for a missing one.
#[askama::filter_fn]
pub(super) fn known_bytes(
    number: impl Borrow<Option<u64>>,
    _: &dyn askama::Values,
) -> askama::Result<String> {
    Ok(number.borrow().map_or_else(|| UNKNOWN.to_owned(), said_bytes))
}

/// A duration in microseconds.
#[askama::filter_fn]
pub(super) fn duration(micros: impl Borrow<u64>, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(said_duration(*micros.borrow()))
}

/// A duration in microseconds that may not have been measured.
#[askama::filter_fn]
pub(super) fn timed(
    micros: impl Borrow<Option<u64>>,
    _: &dyn askama::Values,
) -> askama::Result<String> {
    Ok(micros.borrow().map_or_else(|| "–".to_owned(), said_duration))
}

/// A duration in a suitable unit, such as `850 µs`, `12.5 ms`, `3.4 s` or `2 h 5 min`.
pub(super) fn said_duration(micros: u64) -> String {
    let seconds = micros / 1_000_000;
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..100_000 => format!("{:.1} ms", micros as f64 / 1e3),
        100_000..1_000_000 => format!("{:.0} ms", micros as f64 / 1e3),
        1_000_000..60_000_000 => format!("{:.1} s", micros as f64 / 1e6),
        _ if seconds < 3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ if seconds < 86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", grouped(seconds / 86_400), seconds % 86_400 / 3_600),
    }
}

/// Bytes in a suitable unit, such as `512 B`, `12.5 KB` or `1.2 MB`.
pub(super) fn said_bytes(bytes: u64) -> String {
    let of = |unit: f64| bytes as f64 / unit;
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{:.1} KB", of(1_024.0)),
        1_048_576..1_073_741_824 => format!("{:.1} MB", of(1_048_576.0)),
        _ => format!("{:.1} GB", of(1_073_741_824.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_said_in_the_unit_that_people_use() {
        for (micros, want) in [
            (0, "0 µs"),
            (1_500, "1.5 ms"),
            (250_000, "250 ms"),
            (3_400_000, "3.4 s"),
            (125_000_000, "2 min 5 s"),
            (7_500_000_000, "2 h 5 min"),
            (90_000_000_000_000, "1,041 d 16 h"),
        ] {
            assert_eq!(said_duration(micros), want);
        }
        for (size, want) in
            [(0, "0 B"), (1_536, "1.5 KB"), (1_258_291, "1.2 MB"), (3 << 30, "3.0 GB")]
        {
            assert_eq!(said_bytes(size), want);
        }
    }
}
