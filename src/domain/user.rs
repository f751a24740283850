//! Users of the admin.

use std::fmt;

use chrono::{DateTime, Utc};
use icu_properties::props::GeneralCategory;
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use super::Permissions;
use super::characters::{category, is_ignorable};
use super::field_errors::quoted;

/// A user's number in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserId(pub i64);

/// The maximum length of a login name, in characters.
const MAX_USERNAME: usize = 150;

/// A login name: 1–150 letters, digits and `@ . + - _`, as in Django. **Invariant:** a parsed name is in Unicode NFKC,
/// so that names that only differ in their encoding are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Checks a login name.
    pub fn parse(text: &str) -> Result<Self, String> {
        // The message names a character as it was typed, before normalisation.
        let unseen = |c: &char| is_ignorable(*c) || category(*c) == GeneralCategory::Format;
        if let Some(unseen) = text.trim().chars().find(unseen) {
            return Err(format!(
                "This username contains a character that can’t be seen (U+{:04X}). Remove it.",
                u32::from(unseen)
            ));
        }
        let text = Self::normalized(text);
        let allowed = |c: char| c.is_alphanumeric() || "@.+-_".contains(c);
        if text.is_empty() {
            return Err("This field is required.".into());
        }
        if text.chars().count() > MAX_USERNAME || !text.chars().all(allowed) {
            return Err(format!(
                "“{}” is not a valid username: at most 150 letters, digits and @/./+/-/_ are allowed.",
                quoted(&text).escape_debug()
            ));
        }
        Ok(Self(text))
    }

    /// A typed name in the form of the database; of bounded length, and not checked.
    pub fn normalized(text: &str) -> String {
        // The database can't store NUL, and no name contains the character that replaces it here.
        let plain =
            text.trim().nfkc().map(|c| if c == '\0' { char::REPLACEMENT_CHARACTER } else { c });
        let short: String = plain.take(MAX_USERNAME + 1).collect();
        short.trim().to_owned()
    }

    /// The form for comparison of names, which ignores case.
    pub fn folded(text: &str) -> String {
        let folded = Self::normalized(text).to_lowercase();
        folded.nfkc().take(MAX_USERNAME + 1).collect()
    }

    /// Wraps a name from the database.
    pub fn from_database(name: String) -> Self {
        Self(name)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A user as the database knows them.
#[derive(Debug, Clone)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The username.
    pub username: Username,
    /// The email address; may be empty.
    pub email: String,
    /// The stored hash: in PHC string format, or in another program's format.
    pub password_hash: String,
    /// Ties sessions to the password: a new password gets a new stamp; a new hash of the same password does not.
    pub session_stamp: String,
    /// Whether they may log in.
    pub is_active: bool,
    /// Whether they may enter the admin.
    pub is_staff: bool,
    /// Whether they have all permissions.
    pub is_superuser: bool,
    /// The permissions; a superuser has all.
    pub permissions: Permissions,
    /// When they last logged in.
    pub last_login: Option<DateTime<Utc>>,
    /// When the account was created.
    pub date_joined: DateTime<Utc>,
}

impl User {
    /// Whether they may choose a new password by mail: only active users whose password was not disabled.
    pub fn can_reset_password(&self) -> bool {
        self.is_active && self.is_staff && !self.password_hash.starts_with('!')
    }

    /// Identifies the state of the account. Logins and new passwords don't change it.
    pub fn version(&self) -> String {
        let Self { username, email, is_active, is_staff, is_superuser, permissions, .. } = self;
        let state =
            format!("{:?}", (username, email, is_active, is_staff, is_superuser, permissions));
        let digest = Sha256::digest(state);
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The role as shown to users.
    pub fn role(&self) -> &'static str {
        match (self.is_staff, self.is_superuser) {
            (true, true) => "Superuser",
            (true, false) => "Staff",
            (false, _) => "No access",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_are_the_same() {
        for typed in ["ann", " ann\n", "ａｎｎ"] {
            assert_eq!(Username::normalized(typed), "ann", "{typed:?}");
        }
        assert_eq!(Username::parse("e\u{301}va").expect("valid").as_str(), "\u{e9}va");
        for typed in ["Ann", "ANN", "ＡＮＮ ", "ann"] {
            assert_eq!(Username::folded(typed), "ann", "{typed:?}");
        }
        assert_eq!(Username::normalized("ann\0"), "ann\u{fffd}");
        for unseen in "\u{3164}\u{200B}\u{115F}\u{FFA0}\u{202E}\u{E0061}\u{AD}\u{FE0F}".chars() {
            let code = format!("U+{:04X}", u32::from(unseen));
            let err = Username::parse(&format!("ad{unseen}min")).expect_err("refused");
            assert!(err.contains(&code), "{err}");
        }
        // No user has such a long name, and truncating it does not change that.
        assert_eq!(Username::normalized(&"x".repeat(1000)).len(), 151);
        assert!(Username::parse(&"x".repeat(151)).is_err());
        assert!(Username::parse(&"x".repeat(150)).is_ok());
    }
}
