//! Listings: their list, the forms that add, change and delete them, and actions on many at once.

pub(super) mod bulk;
mod chosen;
mod conflict;
pub(super) mod deletion;
pub(super) mod export;
pub(super) mod form;
pub(super) mod import;
mod import_answer;
pub(super) mod import_columns;
pub(super) mod import_undo;
pub(super) mod index;
pub(super) mod logged_out;
mod outcome;
pub(super) mod restoration;
mod sent;
pub(super) mod status;

pub(super) use form::find;
pub(super) use logged_out::{carried, go_on};
