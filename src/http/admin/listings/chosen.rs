//! The listings that a form of the list selects.

use crate::domain::{AdminListQuery, PropertyId, RowsSeen, Selection};
use crate::http::admin::list_state::List;
use crate::http::forms::Fields;
use crate::http::views::list_address::FILTERS;

/// The listings that a form of the list selects for an action.
pub(super) struct Chosen {
    /// The listings, with the state of the list; `None` when there are none, or it is not clear which.
    pub(super) listings: Option<(AdminListQuery, Selection)>,
    /// The listings that the confirmation page showed.
    pub(super) expected: Option<RowsSeen>,
    /// Whether staff confirmed the action.
    pub(super) confirmed: bool,
    /// Where the list is.
    pub(super) address: String,
    /// Its state, for forms to carry.
    pub(super) state: String,
    /// The state of the list, if it was read without a doubt.
    pub(super) list: Option<AdminListQuery>,
}

impl Chosen {
    pub(super) fn of(fields: &Fields) -> Self {
        let expected = fields.get("expected").parse().ok();
        let list = AdminListQuery::parse(fields.get(FILTERS)).ok();
        let across = fields.get("select_across") == "1";
        let ids = fields.all("_selected_action");
        let ids: Vec<_> = ids.filter_map(|id| id.parse().ok().map(PropertyId)).collect();
        let listings = match (&list, across) {
            (Some(list), true) => Some((list.clone(), Selection::Matching(list.filter.clone()))),
            // A filter that can't be read must not become all listings.
            (None, true) => None,
            (_, false) if ids.is_empty() => None,
            (_, false) => Some((list.clone().unwrap_or_default(), Selection::Rows(ids))),
        };
        Self {
            listings,
            expected,
            // Without the rows that the question was about, nothing is done with all that match.
            confirmed: fields.get("post") == "yes" && (expected.is_some() || !across),
            address: List::Listings.address(fields),
            state: List::Listings.state(fields),
            list,
        }
    }
}
