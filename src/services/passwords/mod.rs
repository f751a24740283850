//! Password hashes: Argon2id with the parameters that OWASP's password storage cheat sheet names first
//! (19 MiB, two passes, one lane), in PHC string format. Those that Django made are understood as they are.

mod foreign;

use std::sync::LazyLock;
use std::thread::available_parallelism;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

use super::ServiceError;
use crate::domain::Password;

use foreign::ForeignHash;
pub(super) use foreign::is_known as is_known_foreign;

/// The beginning of the site's own hashes.
const OWN: &str = "$argon2id$";

/// Permits for hashing or checking a password: each takes a core, and the memory that the hash asks for. Without a free
/// permit, a request waits in line.
static PLACES: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(place_count()));

fn place_count() -> usize {
    available_parallelism().map_or(1, usize::from).max(2)
}

/// Does work on a thread that may block, as soon as there is a place.
async fn in_line<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ServiceError> {
    let place = PLACES.acquire().await;
    let place = place.map_err(|_| ServiceError::Interrupted)?;
    let done = tokio::task::spawn_blocking(move || {
        // The work goes on when the client has disconnected, and keeps its permit.
        let _place = place;
        work()
    });
    done.await.map_err(|_| ServiceError::Interrupted)
}

/// Hashes a new password; takes tens of milliseconds, on a thread that may block.
///
/// # Errors
/// When hashing fails.
pub(super) async fn hash(password: Password) -> Result<String, ServiceError> {
    let hashed = in_line(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
    });
    hashed.await?.map_err(ServiceError::Hash)
}

/// Whether a hash is of the site's own making, so that there is none to replace it by.
pub(super) fn is_current(hash: &str) -> bool {
    hash.starts_with(OWN)
}

/// The outcome of checking a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verified {
    /// The password does not match the hash.
    Wrong,
    /// The hash was made of it as it is prepared now.
    Prepared,
    /// The hash was made of it by a program that did not prepare it so.
    AsTyped,
}

/// Whether a password matches a hash, in any of its readings. Without a hash it takes as long, and does not: so that an unknown name can't be
/// told from a wrong password by the clock. As long as some account has a foreign hash, `foreign` is one: then
/// each password is checked against a hash of either kind, so that neither can it be told who has which.
///
/// # Errors
/// When the checking thread ends early.
pub(super) async fn verify(
    password: String,
    hash: Option<String>,
    foreign: Option<String>,
) -> Result<Verified, ServiceError> {
    let verified = in_line(move || {
        let hash = hash.unwrap_or_default();
        let own = is_current(&hash);
        let (own_hash, foreign_hash) = match own {
            true => (&*hash, foreign.as_deref()),
            false if is_known_foreign(&hash) => (NOBODY, Some(&*hash)),
            false => (NOBODY, foreign.as_deref()),
        };
        let foreign_hash = foreign_hash.and_then(ForeignHash::parse);
        let fits = |password: &String| {
            let fits_own = verify_own(password, own_hash);
            let fits_foreign = foreign_hash
                .as_ref()
                .is_some_and(|hash| hash.fits(password));
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

fn verify_own(password: &str, hash: &str) -> bool {
    let parsed = argon2::password_hash::phc::PasswordHash::new(hash);
    parsed.is_ok_and(|parsed| {
        Argon2::default()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
    })
}

/// A hash of nothing in particular, with the same parameters.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
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
        for hash in [
            None,
            Some(""),
            Some("!unusable"),
            Some(NOBODY),
            Some("md5$a$b"),
        ] {
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
                assert!(!verify_own("secret", NOBODY));
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
        let parsed = argon2::password_hash::phc::PasswordHash::new(NOBODY).expect("a valid hash");
        assert_eq!(parsed.params.get_decimal("m"), Some(19_456));
        assert!(parsed.hash.is_some() && parsed.salt.is_some());
    }
}
