//! What happens around handlers.

pub(super) mod clean_address;
pub(super) mod error_pages;
pub(super) mod frame;
pub(super) mod request_id;
pub(super) mod route;
pub(super) mod security;
pub(super) mod session;
