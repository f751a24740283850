//! Password hashes: Argon2id with the parameters that OWASP's password storage cheat sheet names first
//! (19 MiB, two passes, one lane), in PHC string format.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

use super::ServiceError;
use crate::domain::Password;

/// Hashes a new password; takes tens of milliseconds, on a thread that may block.
///
/// # Errors
/// When hashing fails.
pub(super) async fn hash(password: Password) -> Result<String, ServiceError> {
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
    });
    hashed
        .await
        .map_err(|_| ServiceError::Interrupted)?
        .map_err(ServiceError::Hash)
}

/// Whether a password matches a hash. Without a hash it takes as long, and does not: so that an unknown name can't be
/// told from a wrong password by the clock.
///
/// # Errors
/// When the checking thread ends early.
pub(super) async fn verify(password: String, hash: Option<String>) -> Result<bool, ServiceError> {
    let verified = tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = argon2::password_hash::phc::PasswordHash::new(&hash);
        let matches = parsed.is_ok_and(|parsed| {
            Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok()
        });
        matches && known
    });
    verified.await.map_err(|_| ServiceError::Interrupted)
}

/// A hash of nothing in particular, with the same parameters.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
    5f2mQ5QvYvQYkC1Cw2mS0c3yq0v3l2n2m2l6w8T0q0k";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Username;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let name = Username::parse("ann").expect("valid");
        let password = Password::parse("correct horse", &name).expect("good enough");
        let hash = hash(password).await.expect("hashed");
        assert!(hash.starts_with("$argon2id$"));
        assert!(
            verify("correct horse".into(), Some(hash.clone()))
                .await
                .expect("checked")
        );
        assert!(
            !verify("wrong horse".into(), Some(hash))
                .await
                .expect("checked")
        );
    }

    #[test]
    fn the_hash_for_unknown_names_costs_as_much_as_a_real_one() {
        let parsed = argon2::password_hash::phc::PasswordHash::new(NOBODY).expect("a valid hash");
        assert_eq!(parsed.params.get_decimal("m"), Some(19_456));
        assert!(parsed.hash.is_some() && parsed.salt.is_some());
    }
}
