//! The data of the templates in `templates/listings/`.

mod card;
mod chips;
mod detail;
mod enquire;
mod filter_form;
mod headline;
mod links;
mod list;
mod places;
mod refused;
mod relaxed_filter;
mod shortlist;
mod structured;

pub(in crate::http) use detail::{DetailPage, Preview};
pub(in crate::http) use enquire::{EnquirePage, EnquiredPage};
pub(in crate::http) use list::ListPage;
pub use list::list_html;
pub(in crate::http) use places::PlacesPage;
pub(in crate::http) use refused::RefusedListPage;
pub(in crate::http) use shortlist::ShortlistPage;

use super::{facade, filters, pager, picture};
