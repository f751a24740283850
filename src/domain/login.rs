//! The login audit: logins, failed attempts and logouts.

use chrono::{DateTime, Utc};
use url::form_urlencoded;

use super::FieldErrors;
use super::field_errors::quoted;
use super::text::check_characters;
use super::user_agent::short_user_agent;

/// The maximum length of a filter, in characters.
const MAX_FILTER: usize = 150;

/// The outcome of a login attempt, or a logout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginKind {
    /// A successful login.
    Login,
    /// A refused login: wrong name or password, or not staff.
    Failure,
    /// A login that was blocked after too many failures.
    Throttled,
    /// A logout.
    Logout,
}

impl LoginKind {
    /// Every kind, in the order in which forms show them.
    pub const ALL: [Self; 4] = [Self::Login, Self::Failure, Self::Throttled, Self::Logout];

    /// Its name in URLs and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Failure => "failure",
            Self::Throttled => "throttled",
            Self::Logout => "logout",
        }
    }

    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Login => "Logged in",
            Self::Failure => "Refused",
            Self::Throttled => "Blocked for up to a minute",
            Self::Logout => "Logged out",
        }
    }

    /// The kind with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
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
                    let text = errors.check("username", filter_text(value));
                    filter.username = text.unwrap_or_default();
                }
                "address" => {
                    let text = errors.check("address", filter_text(value));
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
        errors.or(filter)
    }

    /// Whether no filter is set; the position does not count.
    pub fn is_empty(&self) -> bool {
        self.username.is_empty() && self.address.is_empty() && self.kind.is_none()
    }

    /// The query string of the entries before one.
    pub fn before(&self, id: i64) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        let kind = self.kind.map_or("", LoginKind::name);
        let pairs = [("username", &*self.username), ("address", &*self.address), ("kind", kind)];
        let given = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        text.extend_pairs(given);
        text.append_pair("before", &id.to_string()).finish()
    }
}

/// The part of a name or an address to search for.
fn filter_text(text: &str) -> Result<String, String> {
    check_characters(text).map_err(|err| err.to_string())?;
    match text.chars().count() <= MAX_FILTER {
        true => Ok(text.to_owned()),
        false => Err(format!("Enter at most {MAX_FILTER} characters.")),
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
