//! What is asked before a listing is deleted.

use askama::Template;

use crate::domain::Property;
use crate::http::views::filters;
use crate::http::views::frame::Frame;

/// The confirmation of a deletion.
#[derive(Template)]
#[template(path = "admin/delete.html")]
pub(in crate::http) struct DeletePage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) property: Property,
    /// The state of the list that one came from, for links and the form to carry.
    pub(in crate::http) filters: String,
    /// Why it is asked once more.
    pub(in crate::http) notice: Option<String>,
}
