//! The admin, as staff use it: logging in, the list and its actions, forms, conflicts, history, outages, ways on.

mod accounts;
mod bulk;
mod conflicts;
mod csrf;
mod escaping;
mod exports;
mod form_extras;
mod forms;
mod heads;
mod history;
mod import_limits;
mod imports;
mod list_costs;
mod list_states;
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
mod ways_on;
