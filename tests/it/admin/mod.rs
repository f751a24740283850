//! The admin, as staff use it: logging in, the list and its actions, forms, conflicts, history, outages.

mod bulk;
mod conflicts;
mod csrf;
mod escaping;
mod exports;
mod forms;
mod history;
mod imports;
mod list_costs;
mod list_states;
mod listing;
mod login;
mod outages;
mod passwords;
mod sessions;
