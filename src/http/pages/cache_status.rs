//! The `Cache-Status` header (RFC 9211): the outcome of each level.

use std::fmt::Write as _;

use actix_web::http::header::HeaderValue;

use crate::cache::policy::{Level, Outcome};

/// The header of a response, the level nearest to the database first (RFC 9211, section 2).
pub(in crate::http) fn header(trail: &[(Level, Outcome)]) -> HeaderValue {
    let mut text = String::with_capacity(64);
    for (at, (level, outcome)) in trail.iter().enumerate() {
        let separator = if at > 0 { ", " } else { "" };
        let last = at + 1 == trail.len();
        text.push_str(separator);
        push_member(&mut text, *level, *outcome, last);
    }
    // The names of levels, and numbers, are visible ASCII.
    HeaderValue::from_maybe_shared(text).unwrap_or(HeaderValue::from_static("page-redis"))
}

/// The header of a response for which no level was asked.
pub(in crate::http) fn bypass() -> HeaderValue {
    HeaderValue::from_static("page-redis; fwd=bypass")
}

/// Appends a level's member. An invalidated entry counts as none: `uri-miss`. Only the level that answered has a
/// lifetime, which is the page's.
fn push_member(text: &mut String, level: Level, outcome: Outcome, last: bool) {
    text.push_str(level.name());
    // Writing to a string can't fail.
    let _ = match outcome {
        Outcome::Hit(ttl) if last => write!(text, "; hit; ttl={}", ttl.as_secs()),
        Outcome::Hit(_) => text.write_str("; hit"),
        Outcome::Miss { stored: true } => text.write_str("; fwd=uri-miss; stored"),
        Outcome::Miss { stored: false } => text.write_str("; fwd=uri-miss"),
        Outcome::Bypass => text.write_str("; fwd=bypass"),
        Outcome::Collapsed => text.write_str("; fwd=uri-miss; collapsed"),
        // A negative lifetime is the time since it ended (RFC 9211, section 2.4).
        Outcome::Stale(since) => {
            let seconds = since.as_secs().max(1);
            write!(text, "; hit; ttl=-{seconds}; detail=stale-if-error")
        }
    };
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn text(trail: &[(Level, Outcome)]) -> String {
        header(trail).to_str().expect("ASCII").to_owned()
    }

    #[test]
    fn a_hit_and_a_forward_are_never_said_together() {
        let hit = Outcome::Hit(Duration::from_secs(712));
        assert_eq!(text(&[(Level::PageRedis, hit)]), "page-redis; hit; ttl=712");
        let miss = Outcome::Miss { stored: true };
        assert_eq!(
            text(&[(Level::Queryset, hit), (Level::PageRedis, miss)]),
            "queryset; hit, page-redis; fwd=uri-miss; stored"
        );
        assert_eq!(
            text(&[(Level::PageRedis, Outcome::Collapsed)]),
            "page-redis; fwd=uri-miss; collapsed"
        );
    }

    #[test]
    fn a_stale_answer_is_a_hit_with_a_negative_lifetime() {
        let stale = Outcome::Stale(Duration::from_millis(300));
        assert_eq!(
            text(&[(Level::PageMemory, stale)]),
            "page-memory; hit; ttl=-1; detail=stale-if-error"
        );
    }
}
