//! The data of the templates in `templates/alerts/`.

use askama::Template;

use super::filters;
use super::list_address::in_state;
use crate::domain::{
    Alert, AlertForm, AlertQuery, AlertState, FieldErrors, Frequency, ListingQuery, Status,
    StatusFilter, presentation,
};

/// The form that requests an alert.
#[derive(Template)]
#[template(path = "alerts/ask.html")]
pub(in crate::http) struct AskPage {
    /// The list in words.
    pub(in crate::http) words: Vec<String>,
    /// The address of the list.
    pub(in crate::http) list: String,
    /// The list's query.
    pub(in crate::http) pairs: Vec<(String, String)>,
    pub(in crate::http) form: AlertForm,
    pub(in crate::http) token: String,
    pub(in crate::http) errors: FieldErrors,
    /// Why the form is shown again.
    pub(in crate::http) notice: Option<String>,
}

/// The confirmation.
#[derive(Template)]
#[template(path = "alerts/asked.html")]
pub(in crate::http) struct AskedPage {}

/// An alert, with what its reader can do.
#[derive(Template)]
#[template(path = "alerts/manage.html")]
pub(in crate::http) struct ManagePage {
    pub(in crate::http) alert: Alert,
    /// The list in words.
    pub(in crate::http) words: Vec<String>,
}

/// The end of an alert or of a link.
#[derive(Template)]
#[template(path = "alerts/end.html")]
pub(in crate::http) struct EndPage {
    pub(in crate::http) title: &'static str,
    pub(in crate::http) text: &'static str,
}

/// Where visitors ask for the alert of a list; `None` where they can't, or nothing new ever comes to the list.
pub(super) fn offer(query: &ListingQuery) -> Option<String> {
    let is_closed = query.filter.status == StatusFilter::Only(Status::Closed);
    if is_closed || !presentation().has_alerts {
        return None;
    }
    let text = AlertQuery::of(query).ok()?.text();
    Some(in_state("/alerts/", &text))
}
