//! The accounts of staff: superusers add, change and delete them, and see what was done to them.
//!
//! **Invariant:** every handler here asks for a superuser first, and what it then does asks the database again.

pub(super) mod deletion;
pub(super) mod form;
pub(super) mod history;
pub(super) mod index;
mod list_address;
pub(super) mod password;
mod sent;
pub(super) mod sessions;
