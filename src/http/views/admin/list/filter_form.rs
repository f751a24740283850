//! The form that searches, filters and sorts the list.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, NaiveDate};
use url::form_urlencoded;

use super::super::SUGGESTED;
use crate::domain::{
    AdminListQuery, FactParameter, FoldedLocation, Location, MAX_LOCATIONS, Place, Sort, SortKey,
    Status, presentation,
};
use crate::http::views::list_address::list_of;

/// The named orders, before and after those by a fact.
const ORDERS: [[(&str, &str); 3]; 2] = [
    [("", "Newest first"), ("added", "Oldest first"), ("-changed", "Latest change first")],
    [
        ("title", "Title"),
        ("location.title", "Location, then title"),
        ("location.-price", "Location, then price"),
    ],
];

fn orders() -> impl Iterator<Item = (&'static str, String)> {
    let facts = Sort::all().filter(|sort| sort.key != SortKey::Added);
    let facts = facts.map(|sort| (sort.name(), sort.label()));
    let [first, last] = ORDERS.map(|orders| orders.map(|(order, label)| (order, label.to_owned())));
    first.into_iter().chain(facts).chain(last)
}

const SIZES: [&str; 4] = ["25", "50", "100", "200"];

/// The content of the form: the typed values, valid or not.
pub(super) struct FilterForm {
    pub(super) q: String,
    /// The selected locations.
    pub(super) locations: Vec<String>,
    /// The text typed as a location, if it is invalid or one too many.
    pub(super) location: String,
    /// The parameters that filter by facts, and their values.
    pub(super) facts: Vec<(FactParameter, Vec<String>)>,
    status: String,
    pub(super) added_from: String,
    pub(super) added_to: String,
    order: String,
    per_page: String,
    /// The names of places to suggest.
    pub(super) places: Vec<String>,
    /// Periods of days, as in Django's admin.
    pub(super) spans: Vec<Span>,
}

/// A period of days to choose.
pub(super) struct Span {
    pub(super) label: &'static str,
    pub(super) url: String,
    pub(super) chosen: bool,
}

impl FilterForm {
    pub(super) fn typed(query_string: &str, places: &[Place]) -> Self {
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(query_string.as_bytes()).into_owned().collect();
        let last = |name: &str| {
            let value = pairs.iter().rev().find(|(found, _)| found == name);
            value.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let all = |name: &str| {
            let values = pairs.iter().filter(|(found, value)| found == name && !value.is_empty());
            values.map(|(_, value)| value.as_str()).collect::<Vec<_>>()
        };
        let locations =
            pairs.iter().filter(|(name, value)| name == "location" && !value.trim().is_empty());
        let (mut locations, mut refused): (Vec<_>, Vec<_>) = locations
            .map(|(_, value)| value.clone())
            .partition(|name| Location::parse(name).is_ok());
        // The last typed location comes first, before those that the form contains.
        let surplus = locations.len().saturating_sub(MAX_LOCATIONS);
        refused.extend(locations.drain(..surplus));
        let query = AdminListQuery::parse(query_string).unwrap_or_default();
        Self {
            q: last("q"),
            facts: FactParameter::all().map(|it| (it, for_people(it, &all(it.name)))).collect(),
            status: last("status"),
            added_from: last("added_from"),
            added_to: last("added_to"),
            order: last("o"),
            per_page: last("per_page"),
            places: offered(places, &locations),
            locations,
            location: refused.join(", "),
            spans: spans(&query, presentation().today()),
        }
    }

    /// Whether a value is the parameter's last.
    pub(super) fn is_last(&self, values: &[String], value: &str) -> bool {
        values.last().is_some_and(|last| last == value)
    }

    /// Each status with its label, and whether it is selected.
    pub(super) fn statuses(&self) -> impl Iterator<Item = (Status, &'static str, bool)> + '_ {
        let all = Status::ALL.into_iter();
        all.map(|status| (status, status.label(), status.name() == self.status))
    }

    /// Each order with its name, and whether it is selected. Other orders are named after their columns.
    pub(super) fn orders(&self) -> Vec<(&str, String, bool)> {
        let chosen = |order: &str| order == self.order;
        let mut orders: Vec<_> =
            orders().map(|(order, label)| (order, label, chosen(order))).collect();
        if !orders.iter().any(|(.., chosen)| *chosen) {
            orders.push((&self.order, format!("Current order: {}", self.order), true));
        }
        orders
    }

    /// Each number of rows per page, and whether it is selected.
    pub(super) fn sizes(&self) -> Vec<(&str, bool)> {
        let own = match self.per_page.as_str() {
            "" => "100",
            other => other,
        };
        let mut sizes: Vec<_> = SIZES.iter().map(|size| (*size, *size == own)).collect();
        if !SIZES.contains(&own) {
            sizes.push((own, true));
        }
        sizes
    }
}

/// The values of a parameter in readable form, or as typed if invalid; only the last one, unless it may be repeated.
fn for_people(parameter: FactParameter, typed: &[&str]) -> Vec<String> {
    let first = if parameter.is_repeated() { 0 } else { typed.len().saturating_sub(1) };
    let shown = |typed: &&str| match parameter.parse(typed) {
        Ok(value) if parameter.is_choice() => value.to_string(),
        Ok(value) => parameter.fact.kind.shown(&value),
        Err(_) => (*typed).to_owned(),
    };
    typed[first..].iter().map(shown).collect()
}

/// The names of the places with the most listings, except the selected ones.
fn offered(places: &[Place], chosen: &[String]) -> Vec<String> {
    let folded = |location: &Location| FoldedLocation::of(location);
    let chosen: BTreeSet<_> = chosen
        .iter()
        .filter_map(|name| Location::parse(name).ok())
        .map(|location| folded(&location))
        .collect();
    let others = places.iter().map(|place| &place.location);
    let others = others.filter(|location| !chosen.contains(&folded(location)));
    others.take(SUGGESTED).map(Location::to_string).collect()
}

/// The periods that Django offers, in addition to any day.
fn spans(query: &AdminListQuery, today: NaiveDate) -> Vec<Span> {
    let first_of_month = today.with_day(1).unwrap_or(today);
    let first_of_year = first_of_month.with_month(1).unwrap_or(first_of_month);
    let week = today.checked_sub_days(Days::new(7)).unwrap_or(today);
    let spans = [
        ("Any day", None),
        ("Today", Some(today)),
        ("Past 7 days", Some(week)),
        ("This month", Some(first_of_month)),
        ("This year", Some(first_of_year)),
    ];
    let mut is_taken = false;
    let span = |(label, from): (&'static str, Option<NaiveDate>)| {
        let mut filter = query.filter.clone();
        (filter.added_from, filter.added_to) = (from, from.and(Some(today)));
        // Early in a year, several periods are the same.
        let chosen = filter == query.filter && !is_taken;
        is_taken |= chosen;
        Span { label, url: list_of(&query.filtered(filter)), chosen }
    };
    spans.map(span).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_end_today_and_begin_as_they_say() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let query = AdminListQuery::parse("q=sea&page=4&added_from=2026-03-01&added_to=2026-03-31");
        let spans = spans(&query.expect("valid"), day("2026-03-31"));
        let shown: Vec<_> = spans.iter().map(|span| (span.url.as_str(), span.chosen)).collect();
        let want = [
            ("/admin/properties/?q=sea", false),
            ("/admin/properties/?q=sea&added_from=2026-03-31&added_to=2026-03-31", false),
            ("/admin/properties/?q=sea&added_from=2026-03-24&added_to=2026-03-31", false),
            ("/admin/properties/?q=sea&added_from=2026-03-01&added_to=2026-03-31", true),
            ("/admin/properties/?q=sea&added_from=2026-01-01&added_to=2026-03-31", false),
        ];
        assert_eq!(shown, want);
    }

    #[test]
    fn on_the_first_day_of_a_year_one_span_is_chosen() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let query = AdminListQuery::parse("added_from=2026-01-01&added_to=2026-01-01");
        let spans = spans(&query.expect("valid"), day("2026-01-01"));
        let chosen: Vec<_> = spans.iter().filter(|span| span.chosen).collect();
        assert_eq!(chosen.len(), 1);
        assert_eq!(chosen[0].label, "Today");
    }
}
