//! Logging in, and passwords.

use askama::Template;

use crate::domain::{FieldErrors, Password};
use crate::http::views::filters;
use crate::http::views::frame::Frame;

/// The login form.
#[derive(Default, Template)]
#[template(path = "admin/login.html")]
pub(in crate::http) struct LoginPage<'a> {
    pub(in crate::http) csrf_token: String,
    pub(in crate::http) username: &'a str,
    pub(in crate::http) next: &'a str,
    pub(in crate::http) error: Option<&'static str>,
    /// What was done before.
    pub(in crate::http) said: Option<&'static str>,
    /// The form that was sent without a session, by its fields.
    pub(in crate::http) kept: Vec<(&'static str, String)>,
}

/// The password form.
#[derive(Template)]
#[template(path = "admin/password_change.html")]
pub(in crate::http) struct PasswordPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) errors: FieldErrors,
    /// Why the form is shown once more.
    pub(in crate::http) notice: Option<String>,
}
