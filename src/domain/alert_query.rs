//! The list that an alert watches, and which of its conditions many alerts are compared by at once.
//!
//! **Invariant:** the conditions for comparison are necessary: a listing that the list shows meets all of them. Whether they
//! are also sufficient, [`AlertQuery::is_complete`] tells; where they are not, the list's own conditions are checked on
//! each listing that meets them. So a filter that is new to lists needs nothing here.

use serde_json::Value;
use url::form_urlencoded;

use super::{
    Asked, Comparison, Cursors, FactKind, FactParameter, FieldErrors, ListingFilter, ListingQuery,
    SearchText, Status, StatusFilter,
};

/// The most bytes of a query.
const MAX_BYTES: usize = 8000;

/// The list that an alert watches: the filters of a query, without order and page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlertQuery(ListingFilter);

impl AlertQuery {
    /// The filters of a query. Closed listings are never new, so a list of them becomes the usual one.
    ///
    /// # Errors
    /// A message if there are too many.
    pub fn of(query: &ListingQuery) -> Result<Self, String> {
        let mut filter = query.filter.clone();
        if filter.status == StatusFilter::Only(Status::Closed) {
            filter.status = StatusFilter::Listed;
        }
        let query = Self(filter);
        match query.text().len() <= MAX_BYTES {
            true => Ok(query),
            false => Err("This search has too many filters for an alert. Remove some.".to_owned()),
        }
    }

    /// Parses a query string of the list.
    ///
    /// # Errors
    /// All wrong parameters at once, each with what is allowed.
    pub fn parse(query_string: &str) -> Result<Self, FieldErrors> {
        let query = ListingQuery::parse(query_string, Cursors::Ignored)?;
        Self::of(&query).map_err(|err| FieldErrors::of("q", err))
    }

    /// The query string that asks for exactly this.
    pub fn text(&self) -> String {
        ListingQuery::of(self.0.clone()).canonical()
    }

    /// The same as names and values, as a form holds them.
    pub fn pairs(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.text().as_bytes()).into_owned().collect()
    }

    /// The filters that listings have to meet.
    pub fn filter(&self) -> &ListingFilter {
        &self.0
    }

    /// The filters in words; nothing for the list of all listings.
    pub fn words(&self) -> Vec<String> {
        let status = self.0.status.only();
        let status = status.map(|status| format!("Status: {}", status.label()));
        self.0.words().into_iter().chain(status).collect()
    }

    /// The folded locations of which a listing has to have one; the empty text stands for every location.
    pub fn places(&self) -> Vec<String> {
        let places = self.0.folded_locations();
        match places.is_empty() {
            true => vec![String::new()],
            false => places.iter().map(|place| place.as_str().to_owned()).collect(),
        }
    }

    /// What a listing's facts have to be, as a predicate of PostgreSQL's `jsonpath` over an object of facts.
    pub fn facts(&self) -> Option<String> {
        let facts = self.0.facts.straightened();
        let conditions: Vec<_> = facts.by_parameter().map(condition).collect();
        (!conditions.is_empty()).then(|| conditions.join(" && "))
    }

    /// The words that a listing has to have.
    pub fn search(&self) -> Option<&SearchText> {
        self.0.search.as_ref()
    }

    /// Whether a listed listing that meets the conditions for comparison is in the list.
    pub fn is_complete(&self) -> bool {
        let ListingFilter { search, locations, facts, .. } = self.0.clone();
        self.0 == ListingFilter { search, locations, facts, ..ListingFilter::default() }
    }
}

/// The predicate of a parameter, given with its values.
fn condition(asked: &[Asked]) -> String {
    let each = asked.iter().map(|Asked { parameter, value }| {
        let FactParameter { fact, comparison, .. } = parameter;
        let literal = match fact.kind.is_number() {
            true => value.to_string(),
            false => Value::String(value.to_string()).to_string(),
        };
        let (items, sign) = match comparison {
            Comparison::AtLeast => ("", ">="),
            Comparison::AtMost => ("", "<="),
            Comparison::Is | Comparison::AnyOf => ("", "=="),
            Comparison::AllOf => ("[*]", "=="),
        };
        debug_assert!(!matches!(fact.kind, FactKind::Photos), "no list is filtered by photos");
        format!("$.{}{items} {sign} {literal}", fact.name)
    });
    let is_any = asked.iter().any(|asked| asked.parameter.comparison == Comparison::AnyOf);
    let joined = each.collect::<Vec<_>>().join(if is_any { " || " } else { " && " });
    format!("({joined})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> AlertQuery {
        AlertQuery::parse(text).expect("valid")
    }

    #[test]
    fn an_alert_keeps_the_filters_of_a_list_and_nothing_else() {
        let text =
            "sort=price&page=3&page_size=50&cursor=x&utm_source=y&location=Leith&min_price=5";
        assert_eq!(query(text).text(), "location=Leith&min_price=5.00");
        assert_eq!(query("status=closed"), AlertQuery::default());
        assert_eq!(query("status=pending").text(), "status=pending");
        assert!(AlertQuery::parse("min_price=x").is_err());
        let places = (0..20).map(|at| format!("location={}{at}", "%C3%A9".repeat(98)));
        assert!(AlertQuery::parse(&places.collect::<Vec<_>>().join("&")).is_err());
    }

    #[test]
    fn the_filters_are_said_in_words() {
        let text = "q=sea+view&location=Leith&location=Joppa&max_price=5000&status=pending";
        let words = ["“sea view”", "Joppa", "Leith", "up to 5,000", "Status: Under offer"];
        assert_eq!(query(text).words(), words);
        assert_eq!(AlertQuery::default().words(), [""; 0]);
    }

    #[test]
    fn conditions_for_comparison_are_those_of_the_list() {
        let asked = query(
            "q=sea&location=LEITH&property_type=house&property_type=room&min_price=100&max_price=5&feature=Gas+\"A\"&min_area=10",
        );
        assert_eq!(asked.places(), ["leith"]);
        let facts = asked.facts().expect("facts");
        for part in [
            "($.price >= 5.00) && ($.price <= 100.00)",
            r#"($.property_type == "house" || $.property_type == "room")"#,
            r#"($.features[*] == "gas \"a\"")"#,
        ] {
            assert!(facts.contains(part), "{part}: {facts}");
        }
        assert!(asked.is_complete());
        let all = AlertQuery::default();
        assert_eq!((all.places(), all.facts()), (vec![String::new()], None));
        assert!(all.is_complete() && !query("status=pending").is_complete());
    }
}
