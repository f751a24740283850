//! The filter and position of the history.

use chrono::NaiveDate;
use url::form_urlencoded;

use super::field_errors::{day, quoted};
use super::named::named;
use super::query_string::query_string;
use super::text::bounded;
use super::{EventId, FieldErrors, PropertyId};

/// The maximum length of a user's name, in characters.
const MAX_ACTOR: usize = 200;

named! {
    /// A kind of entry.
    pub enum HistoryKind, label {
        /// A listing was added.
        Added = "added", "Listings added";
        /// A listing was changed.
        Changed = "changed", "Listings changed";
        /// A listing was deleted.
        Deleted = "deleted", "Listings deleted";
        /// A statement changed more listings than are recorded individually.
        Bulk = "bulk", "Many at once";
        /// The cache was cleared.
        Cleared = "cleared", "Cache cleared";
    }
}

impl HistoryKind {
    /// Its name in the event log.
    pub fn logged_as(self) -> &'static str {
        match self {
            Self::Added => "created",
            Self::Changed => "updated",
            Self::Deleted => "deleted",
            Self::Bulk => "bulk",
            Self::Cleared => "cleared",
        }
    }
}

/// The position of a page of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HistoryPlace {
    /// From the latest entry.
    #[default]
    Latest,
    /// The entries before this one.
    Before(EventId),
    /// The entries after this one.
    After(EventId),
}

/// A parsed query of the history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryQuery {
    /// The acting user.
    pub actor: Option<String>,
    /// The kind of change.
    pub kind: Option<HistoryKind>,
    /// The first day, by the site's clocks.
    pub from: Option<NaiveDate>,
    /// The last day, by the site's clocks.
    pub to: Option<NaiveDate>,
    /// The listing.
    pub listing: Option<PropertyId>,
    /// The position of the page.
    pub place: HistoryPlace,
}

impl HistoryQuery {
    /// The history of one listing, from its latest entry.
    pub fn of(listing: PropertyId) -> Self {
        Self { listing: Some(listing), ..Self::default() }
    }

    /// Parses a URL's query string; empty and unknown parameters are ignored.
    pub fn parse(query_string: &str) -> Result<Self, FieldErrors> {
        let (mut query, mut errors) = (Self::default(), FieldErrors::new());
        for (field, value) in form_urlencoded::parse(query_string.as_bytes()) {
            let value = value.trim();
            match field.as_ref() {
                _ if value.is_empty() => {}
                "actor" => query.actor = errors.check("actor", bounded(value, MAX_ACTOR)),
                "kind" => query.kind = errors.check("kind", kind(value)),
                "from" => query.from = errors.check("from", day(value)),
                "to" => query.to = errors.check("to", day(value)),
                "listing" => {
                    query.listing = errors.check("listing", number(value)).map(PropertyId);
                }
                "before" => {
                    let id = errors.check("before", number(value)).map(EventId);
                    query.place = id.map_or(query.place, HistoryPlace::Before);
                }
                "after" => {
                    let id = errors.check("after", number(value)).map(EventId);
                    query.place = id.map_or(query.place, HistoryPlace::After);
                }
                _ => {}
            }
        }
        if let (Some(from), Some(to)) = (query.from, query.to)
            && to < from
        {
            errors.add("to", format!("The end date is before the start date, {from}."));
        }
        errors.into_result(query)
    }

    /// Whether any filter is set.
    pub fn is_filtered(&self) -> bool {
        let all = Self { place: self.place, ..Self::default() };
        *self != all
    }

    /// The query string of this query at another position.
    pub fn at(&self, place: HistoryPlace) -> String {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        let (before, after) = match place {
            HistoryPlace::Latest => (None, None),
            HistoryPlace::Before(id) => (Some(id.0.to_string()), None),
            HistoryPlace::After(id) => (None, Some(id.0.to_string())),
        };
        query_string([
            ("actor", self.actor.clone()),
            ("kind", self.kind.map(|kind| kind.name().to_owned())),
            ("from", day(self.from)),
            ("to", day(self.to)),
            ("listing", self.listing.map(|id| id.to_string())),
            ("before", before),
            ("after", after),
        ])
    }
}

fn kind(text: &str) -> Result<HistoryKind, String> {
    HistoryKind::named(text).ok_or_else(|| {
        let names = HistoryKind::ALL.map(HistoryKind::name).join(", ");
        format!("“{}” is not a kind of change. Choose one of: {names}.", quoted(text))
    })
}

fn number(text: &str) -> Result<i64, String> {
    let parsed = text.parse().ok().filter(|number| *number > 0);
    parsed.ok_or_else(|| {
        format!("“{}” is not a listing number. Enter a whole number from 1.", quoted(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_reads_back_as_it_was_written() {
        let text = "actor=database+user+x%26y&kind=deleted&from=2026-01-01&to=2026-01-31&listing=7&before=12";
        let query = HistoryQuery::parse(text).expect("valid");
        assert_eq!(query.at(query.place), text);
        assert!(query.is_filtered());
        let rest = HistoryQuery::parse("before=12&utm_x=1&actor=").expect("valid");
        assert!(!rest.is_filtered());
    }

    #[test]
    fn every_wrong_parameter_is_named_at_once() {
        let wrong = "kind=x&from=2026-13-01&to=soon&listing=-1&before=0&after=y&actor=%00";
        let errors = HistoryQuery::parse(wrong).expect_err("all are wrong");
        let fields: Vec<_> = errors.iter().map(|(field, _)| field).collect();
        let want = ["actor", "after", "before", "from", "kind", "listing", "to"];
        assert_eq!(fields, want);
        for loose in ["2026-1-5", "2026-01-5", "+2026-1-05"] {
            assert!(HistoryQuery::parse(&format!("from={loose}")).is_err(), "{loose}");
        }
        let swapped = HistoryQuery::parse("from=2026-02-01&to=2026-01-01");
        assert!(!swapped.expect_err("swapped").get("to").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".*") {
            let _ = HistoryQuery::parse(&text);
        }
    }
}
