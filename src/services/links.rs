//! Signed links and form tokens, with a time.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::domain::User;

/// How long a link for a new password is valid.
pub(super) const RESET_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Signs with the site's key; cheap to clone. Before [`Links::begin`], no signature is valid.
#[derive(Clone, Default)]
pub struct Links(Arc<OnceLock<(Vec<u8>, String)>>);

impl Links {
    /// Sets the key, and the origin of absolute links.
    pub fn begin(&self, key: &[u8], url: &str) {
        // A program has one site; later calls have no effect.
        let _ = self.0.set((key.to_owned(), url.to_owned()));
    }

    /// The origin of absolute links, without a trailing slash.
    pub(super) fn url(&self) -> &str {
        self.0.get().map_or("", |(_, url)| url)
    }

    /// The link with which a user can set a new password. It is valid for an hour after `at`, until the password
    /// changes or the user logs in, because the signature covers both.
    pub(super) fn of_reset(&self, user: &User, at: DateTime<Utc>) -> String {
        let token = self.token("password reset", at, &state(user));
        format!("{}/admin/reset/{}/{token}/", self.url(), user.id.0)
    }

    /// Whether a link for a new password is valid for a user.
    pub(super) fn is_reset(&self, user: &User, token: &str) -> bool {
        let lifetime = Duration::ZERO..RESET_LIFETIME;
        self.age("password reset", token, &state(user)).is_some_and(|age| lifetime.contains(&age))
    }

    /// A token for a purpose, a time and a text; it is not valid for another text.
    pub(super) fn token(&self, purpose: &str, at: DateTime<Utc>, text: &str) -> String {
        let at = at.timestamp_millis();
        let mac = self.mac(purpose, at, text).map(|mac| mac.finalize().into_bytes());
        let mac = mac.map_or(String::new(), |mac| URL_SAFE_NO_PAD.encode(&mac[..20]));
        format!("{at:x}-{mac}")
    }

    /// The age of a token that this site made for this purpose and text; `None` for other tokens, and for times in the
    /// future.
    pub(super) fn age(&self, purpose: &str, token: &str, text: &str) -> Option<Duration> {
        let (at, mac) = token.split_once('-')?;
        let at = i64::from_str_radix(at, 16).ok()?;
        let mac = URL_SAFE_NO_PAD.decode(mac).ok().filter(|mac| mac.len() == 20)?;
        self.mac(purpose, at, text)?.verify_truncated_left(&mac).ok()?;
        let age = Utc::now() - DateTime::from_timestamp_millis(at)?;
        age.max(TimeDelta::zero()).to_std().ok().filter(|_| age > TimeDelta::seconds(-5))
    }

    fn mac(&self, purpose: &str, at: i64, text: &str) -> Option<Hmac<Sha256>> {
        let (key, _) = self.0.get()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(format!("{purpose}\0{at}\0{text}").as_bytes());
        Some(mac)
    }
}

/// The state of a user that a new password or a login changes.
fn state(user: &User) -> String {
    let login = user.last_login.map_or(0, |at| at.timestamp_micros());
    format!("{} {} {login} {} {}", user.id.0, user.session_stamp, user.password_hash, user.email)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_worth_something_for_its_own_purpose_text_and_site_alone() {
        let links = Links::default();
        assert_eq!(links.age("a", &links.token("a", Utc::now(), "x"), "x"), None);
        links.begin(b"a key", "http://homes.example");
        let token = links.token("a", Utc::now() - TimeDelta::seconds(9), "x");
        let age = links.age("a", &token, "x").expect("valid");
        assert!((9..60).contains(&age.as_secs()), "{age:?}");
        let other = Links::default();
        other.begin(b"another key", "http://homes.example");
        for (links, purpose, text) in [(&links, "b", "x"), (&links, "a", "y"), (&other, "a", "x")] {
            assert_eq!(links.age(purpose, &token, text), None);
        }
        let later = links.token("a", Utc::now() + TimeDelta::hours(1), "x");
        let forged = token.replacen('-', "0-", 1);
        for token in [
            "",
            "-",
            "0-",
            "zz-AAAA",
            "ffffffffffffffffff-AAAA",
            &*later,
            &*forged,
            &*format!("{token}A"),
        ] {
            assert_eq!(links.age("a", token, "x"), None, "{token}");
        }
    }
}
