//! Pages in a real browser: what headers and HTML alone can't show.
//!
//! Things are found by what readers and assistive technology know of them (names of fields, headings, where links
//! lead), so that a page may be laid out anew without a change here.

mod accessibility;
mod accounts;
mod admin_forms;
mod admin_forms_accessibility;
mod admin_forms_scripts;
mod admin_keyboard;
mod admin_list;
mod browsing;
mod coming_back;
mod console;
mod dashboard;
mod filter_typing;
mod hostile_text;
mod keeping;
mod keyboard;
mod kinds;
mod layout;
mod narrow_filters;
mod noticing;
