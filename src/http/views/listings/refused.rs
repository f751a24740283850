//! The filter form of a query that was refused.

use askama::Template;

use super::filter_form::FilterForm;
use super::filters;
use crate::domain::{Comparison, FactParameter, FieldErrors};

/// The fields of the filter form, in its order.
fn shown() -> impl Iterator<Item = &'static str> {
    let facts = FactParameter::all().map(|parameter| parameter.name);
    ["q", "location", "near", "radius"].into_iter().chain(facts).chain(["since", "status", "sort"])
}

/// The form again, with what was typed and what is wrong with it.
#[derive(Template)]
#[template(path = "listings/refused.html")]
pub(in crate::http) struct RefusedListPage {
    filter: FilterForm,
    errors: FieldErrors,
    request_id: String,
}

impl RefusedListPage {
    pub(in crate::http) fn new(
        query_string: &str,
        errors: FieldErrors,
        request_id: String,
    ) -> Self {
        let mut filter = FilterForm::typed(query_string);
        // What no field shows can't be corrected there.
        if !errors.get("page_size").is_empty() {
            filter.page_size.clear();
        }
        Self { filter, errors, request_id }
    }

    /// Each mistake: the field, its name for people, and what is wrong.
    fn mistakes(&self) -> Vec<(&'static str, String, &str)> {
        let mut mistakes = Vec::new();
        for (field, list) in self.errors.iter() {
            for text in list {
                mistakes.push((field, filters::label_of(field), text.as_str()));
            }
        }
        // In the order of the form; what it does not show comes last.
        let place = |field| shown().position(|shown| shown == field);
        mistakes.sort_by_key(|(field, ..)| place(*field).unwrap_or(usize::MAX));
        mistakes
    }

    /// Whether the form has the field.
    fn is_shown(&self, field: &str) -> bool {
        shown().any(|shown| shown == field)
    }
}
