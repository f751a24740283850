//! The notice of a page that is shown while the database is out of reach.

use askama::Template;

/// The place of the notice: the layout of public pages has it once.
pub(in crate::http) const SLOT: &str = "<!--stale-->";

/// The notice.
#[derive(Template)]
#[template(path = "stale.html")]
pub(in crate::http) struct StaleNotice;
