//! Checks new passwords with the four rules of Django's default validators.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::Read as _;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use icu_properties::props::GeneralCategory;
use unicode_normalization::UnicodeNormalization as _;

use super::Username;
use super::characters::{category, is_ignorable};

/// The minimum number of characters of a password.
const MIN_CHARACTERS: usize = 8;
/// The maximum number of bytes; more would only take time to hash.
const MAX_BYTES: usize = 1024;
/// The share of common characters from which a password is too similar to its owner's data.
const MAX_SIMILARITY: f64 = 0.7;

/// The 20,000 most common passwords, in lower case: Django's list (see the LICENSE next to it).
static COMMON: LazyLock<HashSet<Box<str>>> = LazyLock::new(|| {
    let packed = include_bytes!("common_passwords/common-passwords.txt.gz");
    let mut text = String::new();
    // The file is part of the program, and a test reads all of it.
    let _ = GzDecoder::new(packed.as_slice()).read_to_string(&mut text);
    text.lines().map(|line| line.trim().into()).collect()
});

/// A new password that fulfils the rules, prepared for hashing; never shown or logged.
pub struct Password(String);

/// One rule that a password breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// It has fewer than 8 characters.
    #[error("This password is too short. It must contain at least 8 characters.")]
    TooShort,
    /// It has more than 1,024 bytes, which would only take time to hash.
    #[error("This password is too long. It may contain at most 1,024 bytes.")]
    TooLong,
    /// It has a character that may be impossible to type again: a control, invisible or unassigned character.
    #[error("This password contains a character that is not allowed (U+{0:04X}).")]
    Disallowed(u32),
    /// It has only digits.
    #[error("This password is entirely numeric.")]
    Numeric,
    /// It is one of the most common passwords.
    #[error("This password is too common.")]
    Common,
    /// It is similar to the login name.
    #[error("The password is too similar to the username.")]
    LikeUsername,
    /// It is similar to the email address or a part of it.
    #[error("The password is too similar to the email address.")]
    LikeEmail,
}

/// The rules that a password breaks; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordErrors(Vec<PasswordError>);

impl PasswordErrors {
    /// The broken rules.
    pub fn as_slice(&self) -> &[PasswordError] {
        &self.0
    }
}

impl fmt::Display for PasswordErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&texts.join(" "))
    }
}

impl std::error::Error for PasswordErrors {}

impl Password {
    /// The rules for passwords, as shown in forms.
    pub const HELP: [&str; 4] = [
        "At least 8 characters.",
        "Not only digits.",
        "Not one of the 20,000 most common passwords.",
        "Not too similar to the username or the email address.",
    ];

    /// Checks a new password as Django's default validators do.
    pub fn parse(text: &str, username: &Username, email: &str) -> Result<Self, PasswordErrors> {
        let text = &*Self::prepared(text);
        let lower = text.to_lowercase();
        let disallowed = text.chars().find(|c| is_disallowed(*c)).map(u32::from);
        let checks = [
            (disallowed.is_some(), PasswordError::Disallowed(disallowed.unwrap_or_default())),
            (text.chars().count() < MIN_CHARACTERS, PasswordError::TooShort),
            (text.len() > MAX_BYTES, PasswordError::TooLong),
            (is_numeric(text), PasswordError::Numeric),
            (COMMON.contains(lower.trim()), PasswordError::Common),
            (is_like(&lower, username.as_str()), PasswordError::LikeUsername),
            (is_like(&lower, email), PasswordError::LikeEmail),
        ];
        let broken = checks.into_iter().filter(|(broken, _)| *broken);
        let broken: Vec<_> = broken.map(|(_, rule)| rule).collect();
        match broken.is_empty() {
            true => Ok(Self(text.to_owned())),
            false => Err(PasswordErrors(broken)),
        }
    }

    /// Accepts a password that the user confirmed although it is weak.
    ///
    /// # Errors
    /// [`PasswordError::TooShort`] if it is empty, [`PasswordError::TooLong`], [`PasswordError::Disallowed`].
    pub fn unchecked(text: &str) -> Result<Self, PasswordError> {
        let text = Self::prepared(text);
        if let Some(c) = text.chars().find(|c| is_disallowed(*c)) {
            return Err(PasswordError::Disallowed(c.into()));
        }
        match text.len() {
            0 => Err(PasswordError::TooShort),
            1..=MAX_BYTES => Ok(Self(text)),
            _ => Err(PasswordError::TooLong),
        }
    }

    /// A typed password as it is hashed and compared: by the profile OpaqueString (RFC 8265, section 4.2), every space
    /// becomes U+0020, and decomposed letters are composed. Keyboards and systems differ in what they send for them.
    pub fn prepared(text: &str) -> String {
        let spaced = text.chars().map(|c| match category(c) {
            GeneralCategory::SpaceSeparator => ' ',
            _ => c,
        });
        spaced.nfc().collect()
    }

    /// The texts that a stored hash may have been made from: the prepared password and, for programs that don't prepare
    /// passwords, the typed text and its decomposed form.
    pub fn readings(text: &str) -> Vec<String> {
        let mut readings = vec![Self::prepared(text)];
        for reading in [text.to_owned(), text.nfd().collect()] {
            if !readings.contains(&reading) {
                readings.push(reading);
            }
        }
        readings
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

/// Whether RFC 8264's FreeformClass, the base of the profile, excludes a character: controls, invisible characters, and
/// those without an agreed meaning. Prepared text is composed, so single jamo need not be excluded.
fn is_disallowed(c: char) -> bool {
    let unusable = matches!(
        category(c),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
    );
    unusable || is_ignorable(c)
}

fn is_numeric(text: &str) -> bool {
    !text.is_empty() && text.chars().all(char::is_numeric)
}

/// Whether a password has mostly the same characters as some data of its owner, or as a part of it.
fn is_like(password: &str, known: &str) -> bool {
    let known = known.nfc().collect::<String>().to_lowercase();
    let parts = known.split(|c: char| !c.is_alphanumeric() && c != '_');
    parts.chain([&*known]).any(|part| {
        let (long, short) = (password.chars().count(), part.chars().count());
        // A short part of a long password proves no similarity.
        let too_short = long >= 10 * short && (short as f64) < MAX_SIMILARITY / 2.0 * long as f64;
        !part.is_empty() && !too_short && similarity(password, part) >= MAX_SIMILARITY
    })
}

/// The share of characters that two texts have in common, in any order; `quick_ratio` of Python's `difflib`.
fn similarity(a: &str, b: &str) -> f64 {
    let mut left: HashMap<char, usize> = HashMap::new();
    b.chars().for_each(|c| *left.entry(c).or_default() += 1);
    let mut common = 0_usize;
    for c in a.chars() {
        if let Some(count) = left.get_mut(&c).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    2.0 * common as f64 / (a.chars().count() + b.chars().count()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use PasswordError::{Common, Disallowed, LikeEmail, LikeUsername, Numeric, TooLong, TooShort};

    fn broken(text: &str) -> Vec<PasswordError> {
        let name = Username::parse("margaret").expect("valid");
        match Password::parse(text, &name, "m.hamilton@apollo.example") {
            Ok(_) => Vec::new(),
            Err(PasswordErrors(rules)) => rules,
        }
    }

    #[test]
    fn every_broken_rule_is_told() {
        for (text, rules) in [
            ("correct horse battery", vec![]),
            ("ünïcödé pässwörd", vec![]),
            ("", vec![TooShort]),
            ("1234", vec![TooShort, Numeric, Common]),
            ("8472913650", vec![Numeric]),
            ("password123", vec![Common]),
            ("PassWord123", vec![Common]),
            ("margaret7x", vec![LikeUsername]),
            ("Teragram", vec![LikeUsername]),
            ("hamilton7x", vec![LikeEmail]),
            ("m.hamilton@apollo.example", vec![LikeEmail]),
            // Eight characters as typed, seven as counted.
            ("passe\u{301}zz", vec![TooShort]),
            ("mårgaret7x", vec![LikeUsername]),
            ("good\tpassword", vec![Disallowed(9)]),
            ("good\u{200B}password", vec![Disallowed(0x200B)]),
            ("good\u{E000}password", vec![Disallowed(0xE000)]),
            ("good\u{202E}password", vec![Disallowed(0x202E)]),
            ("Pässwörter 家 🏠 ☠", vec![]),
            ("margaret and then much that nobody knows", vec![]),
        ] {
            assert_eq!(broken(text), rules, "{text}");
        }
        assert!(broken(&"long ".repeat(300)).contains(&TooLong));
    }

    #[test]
    fn what_looks_the_same_is_hashed_the_same() {
        let composed = "caf\u{E9} au lait";
        for typed in ["cafe\u{301} au lait", "caf\u{E9}\u{A0}au\u{3000}lait", composed] {
            assert_eq!(Password::prepared(typed), composed, "{typed:?}");
            assert_eq!(Password::readings(typed)[0], composed);
            assert!(Password::readings(typed).contains(&typed.to_owned()));
        }
        // Case, compatibility characters and spaces at the ends belong to the password.
        for typed in [" Secret word ", "ﬁve ①", "ＷＩＤＥ"] {
            assert_eq!(Password::readings(typed)[0], typed);
        }
        assert_eq!(Password::readings("plain").len(), 1);
    }

    #[test]
    fn the_list_of_common_passwords_is_whole() {
        assert!(COMMON.len() > 19_000, "{}", COMMON.len());
        for known in ["iloveyou", "trustno1", "qwertyuiop"] {
            assert!(COMMON.contains(known), "{known}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let password = Password::unchecked("secret").expect("short enough");
        assert_eq!(format!("{password:?}"), "Password(…)");
    }
}
