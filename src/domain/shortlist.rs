//! A reader's shortlist: listings that are compared with each other. Only the reader's browser keeps it.

use url::form_urlencoded;

use super::field_errors::quoted;
use super::{FieldErrors, Property, PropertyId};

/// The numbers of the listings, each once, in the reader's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shortlist(Vec<PropertyId>);

impl Shortlist {
    /// The most listings that it may have.
    pub const MAX: usize = 50;

    /// Reads `ids` of a query string: numbers, separated by commas.
    ///
    /// # Errors
    /// When one is no number of a listing, or there are too many.
    pub fn parse(query_string: &str) -> Result<Self, FieldErrors> {
        let mut ids = Vec::new();
        let mut errors = FieldErrors::new();
        for (name, value) in form_urlencoded::parse(query_string.as_bytes()) {
            if name != "ids" {
                continue;
            }
            for text in value.split(',').map(str::trim).filter(|text| !text.is_empty()) {
                let id = errors.check("ids", parse_id(text));
                ids.extend(id.filter(|id| !ids.contains(id)));
                if ids.len() > Self::MAX || !errors.is_empty() {
                    break;
                }
            }
        }
        if ids.len() > Self::MAX {
            let most = Self::MAX;
            errors.add("ids", format!("At most {most} listings can be compared at once."));
        }
        errors.into_result(Self(ids))
    }

    /// The numbers.
    pub fn ids(&self) -> &[PropertyId] {
        &self.0
    }

    /// The same without some of them.
    #[must_use]
    pub fn without(&self, gone: &[PropertyId]) -> Self {
        Self(self.0.iter().copied().filter(|id| !gone.contains(id)).collect())
    }

    /// The numbers that the found listings do not have.
    #[must_use]
    pub fn gone(&self, found: &[Property]) -> Self {
        let found: Vec<_> = found.iter().map(|property| property.id).collect();
        self.without(&found)
    }

    /// The query string that asks for exactly this; empty for no listings.
    pub fn canonical(&self) -> String {
        let ids: Vec<_> = self.0.iter().map(PropertyId::to_string).collect();
        match ids.is_empty() {
            true => String::new(),
            false => format!("ids={}", ids.join(",")),
        }
    }
}

fn parse_id(text: &str) -> Result<PropertyId, String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let id = text.parse().ok().filter(|_| is_number).map(PropertyId);
    id.filter(|id| (PropertyId(1)..=PropertyId::MAX).contains(id)).ok_or_else(|| {
        format!(
            "“{}” is not the number of a listing. Use numbers from 1 to {}, separated by commas.",
            quoted(text),
            PropertyId::MAX
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_listings_in_the_same_order_have_one_text() {
        for (query, canonical) in [
            ("", ""),
            ("ids=", ""),
            ("ids=3,1,2", "ids=3,1,2"),
            ("utm_source=x&ids=3,%201,,3&ids=2", "ids=3,1,2"),
            ("ids=007", "ids=7"),
        ] {
            let shortlist = Shortlist::parse(query).expect(query);
            assert_eq!(shortlist.canonical(), canonical, "{query}");
            assert_eq!(Shortlist::parse(canonical), Ok(shortlist), "{query}");
        }
    }

    #[test]
    fn what_is_no_number_and_too_many_are_refused_with_what_is_allowed() {
        for wrong in ["x", "-1", "0", "1.5", "9007199254740992", "99999999999999999999", "+1"] {
            let text = form_urlencoded::byte_serialize(wrong.as_bytes()).collect::<String>();
            let errors = Shortlist::parse(&format!("ids=1,{text}")).expect_err(wrong);
            assert!(errors.get("ids")[0].starts_with(&format!("“{wrong}” is not")), "{errors:?}");
        }
        let ids = |last: i64| (1..=last).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
        assert!(Shortlist::parse(&format!("ids={}", ids(50))).is_ok());
        let errors = Shortlist::parse(&format!("ids={}", ids(51))).expect_err("too many");
        assert_eq!(errors.get("ids"), ["At most 50 listings can be compared at once."]);
    }

    proptest::proptest! {
        #[test]
        fn no_query_string_makes_the_parser_panic(text in ".*") {
            let _ = Shortlist::parse(&text);
        }
    }
}
