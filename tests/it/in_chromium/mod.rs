//! Pages in a real browser: behaviour that headers and HTML alone can't show.
//!
//! Tests find elements by what readers and assistive technology see (names of fields, headings, targets of links), so
//! that a changed layout needs no changes here.

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
mod facets;
mod filter_typing;
mod hostile_text;
mod keeping;
mod keyboard;
mod kinds;
mod layout;
mod narrow_filters;
mod noticing;
mod uploads;
