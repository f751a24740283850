//! The account form, and the query of the list of accounts.

use url::form_urlencoded;

use super::characters::is_ignorable;
use super::field_errors::{quoted, whole_number};
use super::query_string::query_string;
use super::text::{bounded, check_characters};
use super::{FieldErrors, Password, Permissions, User, Username};

/// The maximum length of an email address, in characters (RFC 5321).
const MAX_EMAIL: usize = 254;
/// The maximum length of a search, in characters.
const MAX_SEARCH: usize = 150;
/// The last page of a list of accounts.
const MAX_PAGE: u16 = 1000;

/// The account form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserForm {
    /// The login name.
    pub username: String,
    /// The email address; may be empty.
    pub email: String,
    /// Whether they may log in.
    pub is_active: bool,
    /// Whether they may enter the admin.
    pub is_staff: bool,
    /// Whether they have all permissions.
    pub is_superuser: bool,
    /// The permissions; a superuser has all.
    pub permissions: Permissions,
}

/// The fields of an account, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserStanding {
    /// The login name.
    pub username: Username,
    /// The email address; may be empty.
    pub email: String,
    /// Whether they may log in.
    pub is_active: bool,
    /// Whether they may enter the admin.
    pub is_staff: bool,
    /// Whether they have all permissions.
    pub is_superuser: bool,
    /// The permissions; a superuser has all.
    pub permissions: Permissions,
}

/// A new account.
#[derive(Debug)]
pub struct NewAccount {
    /// The fields without the password.
    pub standing: UserStanding,
    /// Its password.
    pub password: Password,
}

impl UserForm {
    /// The initial form of a new account: active staff with the permission to view.
    pub fn blank() -> Self {
        Self {
            is_active: true,
            is_staff: true,
            permissions: Permissions::named(["view"]),
            ..Self::default()
        }
    }

    /// The form of an existing account.
    pub fn of(user: &User) -> Self {
        Self {
            username: user.username.to_string(),
            email: user.email.clone(),
            is_active: user.is_active,
            is_staff: user.is_staff,
            is_superuser: user.is_superuser,
            permissions: user.permissions,
        }
    }

    /// Checks the fields.
    pub fn parse(&self) -> Result<UserStanding, FieldErrors> {
        let mut errors = FieldErrors::new();
        let username = errors.check("username", Username::parse(&self.username));
        let email = errors.check("email", parse_email(&self.email));
        if self.is_superuser && !self.is_staff {
            let message = "A superuser must also be staff, otherwise they can’t log in here.";
            errors.add("is_staff", message);
        }
        match (username, email) {
            (Some(username), Some(email)) if errors.is_empty() => Ok(UserStanding {
                username,
                email,
                is_active: self.is_active,
                is_staff: self.is_staff,
                is_superuser: self.is_superuser,
                permissions: self.permissions,
            }),
            _ => Err(errors),
        }
    }
}

/// Checks an email address, which may be empty.
pub fn parse_email(text: &str) -> Result<String, String> {
    let text = text.trim();
    let well_formed = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && !host.starts_with('.')
    });
    let unseen = |c: char| c.is_control() || c.is_whitespace() || is_ignorable(c);
    let plain = !text.chars().any(unseen) && check_characters(text).is_ok();
    if text.is_empty() || (well_formed && plain && text.chars().count() <= MAX_EMAIL) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "“{}” is not an email address. Enter an address such as ann@example.com, or leave the field empty.",
        quoted(text)
    ))
}

/// The filter of the list of accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserQuery {
    /// A part of the name or the email address; empty for all.
    pub search: String,
    /// `superuser`, `staff` or `other`; all if absent.
    pub role: Option<&'static str>,
    /// Whether they are active; all if absent.
    pub active: Option<bool>,
    /// The page, from 0.
    pub page: u16,
}

impl UserQuery {
    /// The values of `role`, with their labels.
    pub const ROLES: [(&'static str, &'static str); 3] =
        [("superuser", "Superusers"), ("staff", "Other staff"), ("other", "No access")];

    /// Reads a query string; unknown parameters are ignored.
    pub fn parse(text: &str) -> Result<Self, FieldErrors> {
        let (mut query, mut errors) = (Self::default(), FieldErrors::new());
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let value = value.trim();
            match &*name {
                "q" => {
                    let search = errors.check("q", bounded(value, MAX_SEARCH));
                    query.search = search.unwrap_or_default();
                }
                "role" => {
                    let found = Self::ROLES.into_iter().find(|(role, _)| *role == value);
                    query.role = found.map(|(role, _)| role);
                    if query.role.is_none() && !value.is_empty() {
                        let value = quoted(value);
                        errors.add(
                            "role",
                            format!("“{value}” is not a role. Use superuser, staff or other."),
                        );
                    }
                }
                "active" => match value {
                    "" => query.active = None,
                    "yes" => query.active = Some(true),
                    "no" => query.active = Some(false),
                    _ => errors.add("active", format!("“{}” is not yes or no.", quoted(value))),
                },
                "page" => {
                    let page = errors.check("page", whole_number(value, MAX_PAGE));
                    query.page = page.map_or(0, |page| page - 1);
                }
                _ => {}
            }
        }
        errors.into_result(query)
    }

    /// The query string of exactly this query, without defaults.
    pub fn canonical(&self) -> String {
        self.at(self.page + 1)
    }

    /// The query string of another page of the same list.
    pub fn at(&self, page: u16) -> String {
        let active = self.active.map(|active| if active { "yes" } else { "no" });
        query_string([
            ("q", Some(self.search.clone())),
            ("role", self.role.map(str::to_owned)),
            ("active", active.map(str::to_owned)),
            ("page", (page > 1).then(|| page.to_string())),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_address_is_plain_or_absent() {
        for good in ["", " ann@example.com ", "a.b+c@localhost", "ä@straße.example"] {
            assert!(parse_email(good).is_ok(), "{good}");
        }
        for bad in [
            "ann",
            "@",
            "ann@",
            "@host",
            "a@b@c",
            "a b@c.d",
            "a@.c",
            "a\n@c.d",
            "a\u{200B}@c.d",
            "a\u{202E}@c.d",
        ] {
            assert!(parse_email(bad).is_err(), "{bad}");
        }
        assert!(parse_email(&format!("{}@c.d", "x".repeat(260))).is_err());
    }

    #[test]
    fn a_query_is_read_and_written() {
        let query = UserQuery::parse("q=an&role=staff&active=no&page=3&utm=x").expect("valid");
        assert_eq!(query.page, 2);
        assert_eq!(query.at(4), "q=an&role=staff&active=no&page=4");
        assert_eq!(UserQuery::parse("").expect("valid").at(1), "");
        let errors = UserQuery::parse("role=god&active=maybe&page=0").expect_err("three errors");
        assert_eq!(errors.iter().count(), 3);
    }
}
