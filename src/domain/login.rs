//! The login audit: logins, failed attempts and logouts.

use chrono::{DateTime, Utc};
use url::form_urlencoded;

use super::FieldErrors;
use super::field_errors::quoted;
use super::named::named;
use super::query_string::query_string;
use super::text::bounded;
use super::user_agent::short_user_agent;

/// The maximum length of a filter, in characters.
const MAX_FILTER: usize = 150;

named! {
    /// The outcome of a login attempt, or a logout.
    pub enum LoginKind, label {
        /// A successful login.
        Login = "login", "Logged in";
        /// A refused login: wrong name or password, or not staff.
        Failure = "failure", "Refused";
        /// A login that was blocked after too many failures.
        Throttled = "throttled", "Blocked for up to a minute";
        /// A logout.
        Logout = "logout", "Logged out";
    }
}

/// One entry of the login audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginEvent {
    /// Its number; later ones are larger.
    pub id: i64,
    /// The outcome.
    pub kind: LoginKind,
    /// The login name as typed.
    pub username: String,
    /// The client's address; empty if unknown.
    pub address: String,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// The number of attempts within a minute.
    pub attempts: i32,
    /// The time of the attempt.
    pub at: DateTime<Utc>,
}

impl LoginEvent {
    /// The browser, for people.
    pub fn browser(&self) -> String {
        short_user_agent(&self.user_agent)
    }
}

/// The filter of the login audit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoginFilter {
    /// A part of the name; empty for all.
    pub username: String,
    /// The address; empty for all.
    pub address: String,
    /// The kind; all if absent.
    pub kind: Option<LoginKind>,
    /// Only events with a smaller number.
    pub before: Option<i64>,
}

impl LoginFilter {
    /// Reads a query string; unknown parameters are ignored.
    pub fn parse(text: &str) -> Result<Self, FieldErrors> {
        let (mut filter, mut errors) = (Self::default(), FieldErrors::new());
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let value = value.trim();
            match &*name {
                "username" => {
                    let text = errors.check("username", bounded(value, MAX_FILTER));
                    filter.username = text.unwrap_or_default();
                }
                "address" => {
                    let text = errors.check("address", bounded(value, MAX_FILTER));
                    filter.address = text.unwrap_or_default();
                }
                "kind" => {
                    filter.kind = LoginKind::named(value);
                    if filter.kind.is_none() && !value.is_empty() {
                        let value = quoted(value);
                        let message = format!(
                            "“{value}” is not an outcome. Use login, failure, throttled or logout."
                        );
                        errors.add("kind", message);
                    }
                }
                "before" => match value.parse() {
                    Ok(id) => filter.before = Some(id),
                    Err(_) => {
                        errors.add("before", format!("“{}” is not a number.", quoted(value)));
                    }
                },
                _ => {}
            }
        }
        errors.into_result(filter)
    }

    /// Whether no filter is set; the position does not count.
    pub fn is_empty(&self) -> bool {
        self.username.is_empty() && self.address.is_empty() && self.kind.is_none()
    }

    /// The query string of the entries before one.
    pub fn before(&self, id: i64) -> String {
        query_string([
            ("username", Some(self.username.clone())),
            ("address", Some(self.address.clone())),
            ("kind", self.kind.map(|kind| kind.name().to_owned())),
            ("before", Some(id.to_string())),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_and_written() {
        let text = "username=an%26n&address=%3A%3A1&kind=failure&before=7&utm=x";
        let filter = LoginFilter::parse(text).expect("valid");
        assert_eq!(filter.kind, Some(LoginKind::Failure));
        assert_eq!(filter.before(5), "username=an%26n&address=%3A%3A1&kind=failure&before=5");
        assert!(LoginFilter::parse("before=2").expect("valid").is_empty());
        let errors = LoginFilter::parse("kind=x&before=x&username=%00").expect_err("three errors");
        assert_eq!(errors.iter().count(), 3);
    }
}
