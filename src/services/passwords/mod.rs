//! Password hashes: Argon2id with the parameters that OWASP's password storage cheat sheet names first
//! (19 MiB, two passes, one lane), in PHC string format. Django's `pbkdf2_sha256` and Argon2 hashes are checked as they are.

mod foreign;

use std::sync::LazyLock;
use std::thread::available_parallelism;

use argon2::Argon2;
use argon2::password_hash::PasswordHasher as _;
use tokio::sync::Semaphore;

use super::{Result, ServiceError};
use crate::domain::Password;

pub(super) use foreign::is_known as is_known_foreign;
use foreign::{ForeignHash, verify_phc};

/// The first characters of the site's own hashes.
const OWN: &str = "$argon2id$";

/// Limits how many passwords are hashed or checked at once: each takes a core, and the memory that the hash needs.
/// Further requests wait.
static PLACES: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(place_count()));

fn place_count() -> usize {
    available_parallelism().map_or(1, usize::from).max(2)
}

/// Runs work on a thread that may block, as soon as a permit is free.
async fn in_line<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let place = PLACES.acquire().await;
    let place = place.map_err(|_| ServiceError::Interrupted)?;
    let done = tokio::task::spawn_blocking(move || {
        // The work continues if its request is dropped, and keeps its permit.
        let _place = place;
        work()
    });
    done.await.map_err(|_| ServiceError::Interrupted)
}

/// Hashes a new password; takes tens of milliseconds, on a thread that may block.
pub(super) async fn hash(password: Password) -> Result<String> {
    let hashed = in_line(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
    });
    hashed.await?.map_err(ServiceError::Hash)
}

/// Whether a hash is the site's own, so that it needs no replacement.
pub(super) fn is_current(hash: &str) -> bool {
    hash.starts_with(OWN)
}

/// The result of checking a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verified {
    /// The password does not match the hash.
    Wrong,
    /// The password matches as RFC 8265 prepares it.
    Prepared,
    /// The password matches only as it was typed: the hash was made without RFC 8265.
    AsTyped,
}

/// Whether a password matches a hash, prepared or as typed. Without a hash, the check takes as long and fails, so that
/// response times do not distinguish an unknown name from a wrong password. While any account has a hash from Django,
/// `foreign` is such a hash: every password is then checked against a hash of both kinds, so that response times do not
/// reveal which account has which kind.
pub(super) async fn verify(
    password: String,
    hash: Option<String>,
    foreign: Option<String>,
) -> Result<Verified> {
    let verified = in_line(move || {
        let hash = hash.unwrap_or_default();
        let own = is_current(&hash);
        let (own_hash, foreign_hash) = match own {
            true => (&*hash, foreign.as_deref()),
            false if is_known_foreign(&hash) => (DUMMY, Some(&*hash)),
            false => (DUMMY, foreign.as_deref()),
        };
        let foreign_hash = foreign_hash.and_then(ForeignHash::parse);
        let fits = |password: &String| {
            let fits_own = verify_phc(password, own_hash);
            let fits_foreign = foreign_hash.as_ref().is_some_and(|hash| hash.fits(password));
            match own {
                true => fits_own,
                false => fits_foreign && is_known_foreign(&hash),
            }
        };
        match Password::readings(&password).iter().position(fits) {
            Some(0) => Verified::Prepared,
            Some(_) => Verified::AsTyped,
            None => Verified::Wrong,
        }
    });
    verified.await
}

/// A hash that no password matches, with the parameters of the site's own hashes.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
    5f2mQ5QvYvQYkC1Cw2mS0c3yq0v3l2n2m2l6w8T0q0k";

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::domain::Username;

    async fn fits(password: &str, hash: Option<&str>, foreign: Option<&str>) -> bool {
        let own = str::to_owned;
        let verified = verify(own(password), hash.map(own), foreign.map(own));
        verified.await.expect("checked") != Verified::Wrong
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let name = Username::parse("ann").expect("valid");
        let password = Password::parse("correct horse", &name, "").expect("good enough");
        let hash = hash(password).await.expect("hashed");
        assert!(hash.starts_with("$argon2id$"));
        assert!(fits("correct horse", Some(&hash), None).await);
        assert!(!fits("wrong horse", Some(&hash), None).await);
    }

    #[tokio::test]
    async fn a_hash_of_either_form_of_a_letter_fits_both() {
        let (composed, decomposed) = ("caf\u{E9} au lait", "cafe\u{301} au lait");
        for made_of in [composed, decomposed] {
            let made = Argon2::default().hash_password(made_of.as_bytes());
            let made = made.expect("hashed").to_string();
            for typed in [composed, decomposed] {
                let verified = verify(typed.to_owned(), Some(made.clone()), None).await;
                let want = match made_of == composed {
                    true => Verified::Prepared,
                    false => Verified::AsTyped,
                };
                assert_eq!(verified.expect("checked"), want, "{made_of:?} {typed:?}");
            }
            assert!(!fits("cafe au lait", Some(&made), None).await);
        }
        let new = Password::unchecked(decomposed).expect("allowed");
        let new = hash(new).await.expect("hashed");
        assert!(fits(composed, Some(&new), None).await);
    }

    #[tokio::test]
    async fn the_hash_that_only_costs_time_lets_nobody_in() {
        // PBKDF2 of “secret”, as Django writes it.
        let sample = "pbkdf2_sha256$1000$NaCl$RJWe6VGvSSeWLofYHKbeZW+HJhRuxcI5mUl9HY6H0J0=";
        assert!(is_known_foreign(sample));
        for hash in [None, Some(""), Some("!unusable"), Some(DUMMY), Some("md5$a$b")] {
            for foreign in [None, Some(sample)] {
                assert!(!fits("secret", hash, foreign).await, "{hash:?}");
            }
        }
    }

    #[tokio::test]
    async fn no_more_passwords_are_worked_on_at_once_than_there_are_places() {
        static AT_WORK: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let checks = (0..place_count() * 4).map(|_| {
            in_line(|| {
                let at_work = AT_WORK.fetch_add(1, Ordering::SeqCst) + 1;
                MOST.fetch_max(at_work, Ordering::SeqCst);
                assert!(!verify_phc("secret", DUMMY));
                AT_WORK.fetch_sub(1, Ordering::SeqCst);
            })
        });
        for done in futures_util::future::join_all(checks).await {
            done.expect("checked");
        }
        let most = MOST.load(Ordering::SeqCst);
        assert!((1..=place_count()).contains(&most), "{most}");
    }

    #[test]
    fn the_hash_for_unknown_names_costs_as_much_as_a_real_one() {
        let parsed = argon2::password_hash::phc::PasswordHash::new(DUMMY).expect("a valid hash");
        assert_eq!(parsed.params.get_decimal("m"), Some(19_456));
        assert!(parsed.hash.is_some() && parsed.salt.is_some());
    }
}
