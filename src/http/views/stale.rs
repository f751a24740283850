//! The notice on pages that are shown while the database can't be reached.

use askama::Template;

/// The placeholder of the notice, which occurs once in the layout of public pages.
pub(in crate::http) const SLOT: &str = "<!--stale-->";

/// The notice.
#[derive(Template)]
#[template(path = "stale.html")]
pub(in crate::http) struct StaleNotice;
