//! Staff: logging in and out, their passwords, where they are logged in, and who tried to.

pub(super) mod login;
pub(super) mod logins;
pub(super) mod password;
pub(super) mod sessions;
