//! People who may enter the admin.

use std::fmt;

use super::{Permission, Permissions};

/// A user's number in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserId(pub i64);

/// A login name: 1–150 letters, digits and `@ . + - _`, as in Django.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Checks a login name.
    ///
    /// # Errors
    /// A message that says what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let allowed = |c: char| c.is_alphanumeric() || "@.+-_".contains(c);
        if text.is_empty() {
            return Err("This field is required.".into());
        }
        if text.chars().count() > 150 || !text.chars().all(allowed) {
            return Err(format!(
                "“{}” is not a valid username: at most 150 letters, digits and @/./+/-/_ are allowed.",
                text.chars().take(40).collect::<String>().escape_debug()
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// Takes a name that is in the database.
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
    /// Their number.
    pub id: UserId,
    /// Their login name.
    pub username: Username,
    /// Where mail reaches them; may be empty.
    pub email: String,
    /// The stored hash, in PHC string format.
    pub password_hash: String,
    /// Whether they may log in at all.
    pub is_active: bool,
    /// Whether they may enter the admin.
    pub is_staff: bool,
    /// Whether they may do everything.
    pub is_superuser: bool,
    /// What they may do, if they are no superuser.
    pub permissions: Permissions,
}

impl User {
    /// Whether they may do something.
    pub fn may(&self, permission: Permission) -> bool {
        self.is_superuser || self.permissions.has(permission)
    }
}

/// A new password that is good enough; never shown or logged.
pub struct Password(String);

/// Why a password is not good enough.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than 8 characters.
    #[error("This password is too short. It must contain at least 8 characters.")]
    TooShort,
    /// More than 1,024 bytes, which would only cost time to hash.
    #[error("This password is too long. It may contain at most 1,024 bytes.")]
    TooLong,
    /// Only digits.
    #[error("This password is entirely numeric.")]
    Numeric,
    /// One that everybody tries first.
    #[error("This password is too common.")]
    Common,
    /// The login name, or nearly.
    #[error("The password is too similar to the username.")]
    LikeUsername,
}

/// The passwords of eight characters and more that head every published list of leaked ones.
const COMMON: &str = "password password1 password123 passw0rd p@ssw0rd p@ssword qwertyuiop qwerty123 qwerty12 \
    1q2w3e4r 1qaz2wsx q1w2e3r4 iloveyou iloveyou1 sunshine princess football baseball superman welcome1 welcome123 \
    letmein1 letmein123 trustno1 starwars whatever changeme changeme1 changeme123 computer internet michelle jennifer \
    corvette mercedes maverick midnight abcd1234 abc12345 asdfghjkl zaq12wsx admin123 admin1234 administrator \
    adminadmin secret123 test1234 testtest property property1";

impl Password {
    /// Checks a new password as Django's default validators do.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(text: &str, username: &Username) -> Result<Self, PasswordError> {
        let lower = text.to_lowercase();
        let name = username.as_str().to_lowercase();
        if text.chars().count() < 8 {
            return Err(PasswordError::TooShort);
        }
        if text.len() > 1024 {
            return Err(PasswordError::TooLong);
        }
        if text.chars().all(|c| c.is_ascii_digit()) {
            return Err(PasswordError::Numeric);
        }
        if COMMON.split_whitespace().any(|common| common == lower) {
            return Err(PasswordError::Common);
        }
        let long_name = name.chars().count() >= 4;
        if lower == name || (long_name && lower.contains(&name) && lower.len() < name.len() + 4) {
            return Err(PasswordError::LikeUsername);
        }
        Ok(Self(text.to_owned()))
    }

    /// Takes a password that somebody insists on.
    ///
    /// # Errors
    /// [`PasswordError::TooShort`] when it is empty, [`PasswordError::TooLong`] when it only costs time to hash.
    pub fn unchecked(text: &str) -> Result<Self, PasswordError> {
        match text.len() {
            0 => Err(PasswordError::TooShort),
            1..=1024 => Ok(Self(text.to_owned())),
            _ => Err(PasswordError::TooLong),
        }
    }

    /// The bytes to hash.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}
