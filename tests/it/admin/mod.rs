//! The admin, as staff use it: logging in, forms, conflicts, history, outages.

mod conflicts;
mod csrf;
mod escaping;
mod form_extras;
mod forms;
mod history;
mod listing;
mod login;
mod looking_back;
mod merging;
mod once;
mod outages;
mod passwords;
mod preview;
mod restoring;
mod sessions;
mod undo;
