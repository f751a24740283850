//! What was typed into a search form, for showing it again.

use url::form_urlencoded;

use crate::domain::FieldErrors;
use crate::http::views::filters;

/// The fields of a search as they came, right or wrong.
pub(in crate::http) struct Typed(Vec<(String, String)>);

impl Typed {
    /// Those of a query string.
    pub(in crate::http) fn of(query_string: &str) -> Self {
        let pairs = form_urlencoded::parse(query_string.as_bytes());
        Self(pairs.into_owned().collect())
    }

    /// The last value of a field; empty when it is absent.
    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().rev().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// Everything that is wrong with a search, each with its field's name: some fields are shown nowhere.
    pub(super) fn mistakes(errors: &FieldErrors) -> Vec<String> {
        let each = errors.iter().flat_map(|(field, list)| {
            let label = filters::label_of(field);
            list.iter().map(move |text| format!("{label}: {text}"))
        });
        each.collect()
    }
}
