//! The admin, as staff use it: logging in, forms, conflicts, history, outages.

mod accounts;
mod conflicts;
mod csrf;
mod escaping;
mod forms;
mod history;
mod listing;
mod login;
mod outages;
mod passwords;
mod sessions;
