//! Signed links and form tokens, with a time.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::domain::{Alert, AlertId, User};

/// How long a link for a new password is valid.
pub(super) const RESET_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The valid ages of a form's token: programs send it sooner, or days later.
const AGE: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(24 * 60 * 60));

/// What a form's token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormToken {
    /// A person may have filled in the form.
    Valid,
    /// It was sent faster than people type.
    TooEarly,
    /// It has expired, or is not from this site.
    Expired,
}

/// Signs with the site's key; cheap to clone. Before [`Links::begin`], nothing counts as signed.
#[derive(Clone, Default)]
pub struct Links(Arc<OnceLock<(Vec<u8>, String)>>);

impl Links {
    /// Sets the key, and the origin of absolute links.
    pub fn begin(&self, key: &[u8], url: &str) {
        // A program has one site; later calls have no effect.
        let _ = self.0.set((key.to_owned(), url.to_owned()));
    }

    /// The origin of absolute links, without a trailing slash.
    pub fn url(&self) -> &str {
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

    /// The link to an alert. It is valid as long as the alert is there.
    pub(super) fn of_alert(&self, alert: &Alert) -> String {
        let token = self.token("alert", alert.created_at, &alert.id.0.to_string());
        format!("{}/alerts/{}-{token}/", self.url(), alert.id.0)
    }

    /// The alert of the token in such a link; `None` where this site has not made it.
    pub(super) fn alert_of(&self, token: &str) -> Option<AlertId> {
        let (id, token) = token.split_once('-')?;
        self.made_at("alert", token, id)?;
        id.parse().ok().map(AlertId)
    }

    /// What the token of a form for a purpose and a text says now.
    pub(super) fn check_token(&self, purpose: &str, token: &str, text: &str) -> FormToken {
        match self.age(purpose, token, text) {
            Some(age) if age < AGE.0 => FormToken::TooEarly,
            Some(age) if age < AGE.1 => FormToken::Valid,
            _ => FormToken::Expired,
        }
    }

    /// A token of a time for a purpose, which is worth nothing for another text.
    pub(super) fn token(&self, purpose: &str, at: DateTime<Utc>, text: &str) -> String {
        let at = at.timestamp_millis();
        let mac = self.mac(purpose, at, text).map(|mac| mac.finalize().into_bytes());
        let mac = mac.map_or(String::new(), |mac| URL_SAFE_NO_PAD.encode(&mac[..20]));
        format!("{at:x}-{mac}")
    }

    /// The age of a token that this site made for this purpose and text; `None` for other tokens, and for times in the
    /// future.
    pub(super) fn age(&self, purpose: &str, token: &str, text: &str) -> Option<Duration> {
        let age = Utc::now() - self.made_at(purpose, token, text)?;
        age.max(TimeDelta::zero()).to_std().ok().filter(|_| age > TimeDelta::seconds(-5))
    }

    /// The time of a token that this site made for a purpose and a text.
    fn made_at(&self, purpose: &str, token: &str, text: &str) -> Option<DateTime<Utc>> {
        let (at, mac) = token.split_once('-')?;
        let at = i64::from_str_radix(at, 16).ok()?;
        let mac = URL_SAFE_NO_PAD.decode(mac).ok().filter(|mac| mac.len() == 20)?;
        self.mac(purpose, at, text)?.verify_truncated_left(&mac).ok()?;
        DateTime::from_timestamp_millis(at)
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
