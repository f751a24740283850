//! What is asked before listings are deleted.

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
    /// The state of the list that one comes back to.
    pub(in crate::http) filters: String,
}

/// The confirmation of several deletions.
#[derive(Template)]
#[template(path = "admin/bulk_delete.html")]
pub(in crate::http) struct BulkDeletePage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) properties: Vec<Property>,
}
