//! What is asked before a listing is deleted.

use askama::Template;

use crate::domain::Property;
use crate::http::admin::staff::Frame;
use crate::http::views::filters;

/// The confirmation of a deletion.
#[derive(Template)]
#[template(path = "admin/delete.html")]
pub(in crate::http) struct DeletePage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) property: Property,
    /// Where the list is that one came from.
    pub(in crate::http) list: String,
    /// Its state, for the form to carry.
    pub(in crate::http) filters: String,
}
