//! Password hashes that Django made: `pbkdf2_sha256$…` and `argon2$…`.
//!
//! They come from imported files, so the cost of a check is limited: a hash with higher parameters matches no password.

use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, Params};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pbkdf2::pbkdf2_hmac;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// The maximum number of iterations of PBKDF2; Django 5.2 uses 1,000,000.
const MAX_ITERATIONS: u32 = 10_000_000;
/// The maximum memory in KiB, passes and lanes of Argon2; Django uses 102,400, 2 and 8.
const MAX_ARGON2: (u32, u32, u32) = (262_144, 16, 16);
/// The maximum length of a hash or a salt, in bytes.
const MAX_BYTES: usize = 128;

/// A hash that Django made and that the site can check.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ForeignHash<'a> {
    Pbkdf2Sha256(u32, &'a str, Vec<u8>),
    /// In PHC string format.
    Argon2(&'a str),
}

/// Whether a hash can be checked.
pub(in crate::services) fn is_known(hash: &str) -> bool {
    ForeignHash::parse(hash).is_some()
}

impl<'a> ForeignHash<'a> {
    /// Reads a hash; `None` for an unknown kind, and for parameters that would make a check too expensive.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        if let Some(phc) = text.strip_prefix("argon2").filter(|phc| phc.starts_with('$')) {
            let params = Params::try_from(&PasswordHash::new(phc).ok()?).ok()?;
            let (memory, passes, lanes) = MAX_ARGON2;
            let cheap =
                params.m_cost() <= memory && params.t_cost() <= passes && params.p_cost() <= lanes;
            return cheap.then_some(Self::Argon2(phc));
        }
        let mut parts = text.strip_prefix("pbkdf2_sha256$")?.split('$');
        let iterations = parts.next()?.parse().ok()?;
        let (salt, hash) = (parts.next()?, STANDARD.decode(parts.next()?).ok()?);
        let whole = parts.next().is_none() && (1..=MAX_ITERATIONS).contains(&iterations);
        let sized = salt.len() <= MAX_BYTES && (16..=MAX_BYTES).contains(&hash.len());
        (whole && sized).then_some(Self::Pbkdf2Sha256(iterations, salt, hash))
    }

    /// Whether it is the hash of a password. The duration depends on the hash; call it on a thread that may block.
    pub(super) fn fits(&self, password: &str) -> bool {
        match self {
            Self::Pbkdf2Sha256(iterations, salt, hash) => {
                let mut made = vec![0; hash.len()];
                pbkdf2_hmac::<Sha256>(password.as_bytes(), salt.as_bytes(), *iterations, &mut made);
                bool::from(made.ct_eq(hash))
            }
            Self::Argon2(phc) => verify_phc(password, phc),
        }
    }
}

/// Whether a password matches a hash in PHC string format.
pub(super) fn verify_phc(password: &str, hash: &str) -> bool {
    let parsed = PasswordHash::new(hash);
    parsed
        .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes made by Django 5.2, and their passwords.
    const DJANGO: [(&str, &str); 2] = [
        (
            "argon2$argon2id$v=19$m=102400,t=2,p=8$WFdyMnRkdVAyMVB0ekNuRHVKUWw2Vw$8dlYdHKyFmwkofCKhK24xA17nXw2xIHpsHB+YZqgSpY",
            "analytical engines",
        ),
        (
            "pbkdf2_sha256$1000000$4Jvccu5xv7d6Jngkcd7IWq$zOKFgCa3P2dM7wrtjd+HbP8T7VKOW7yTE+o2gKPG+D4=",
            "nanoseconds of wire",
        ),
    ];

    #[test]
    fn a_django_hash_fits_its_password_only() {
        for (text, password) in DJANGO {
            let hash = ForeignHash::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert!(hash.fits(password), "{text}");
            assert!(!hash.fits("Analytical engines"), "{text}");
            assert!(!hash.fits(""), "{text}");
        }
    }

    #[test]
    fn a_hash_of_another_kind_or_that_would_cost_too_much_or_is_broken_is_not_known() {
        let hash = "DO6fSwPdYHEzE9mBlf/gs0feQ79alnnw3QslatKtlSs=";
        for text in [
            "",
            "!",
            "!gS2gwLzZpCoITZTwuxk4Lv4hk9fgpu4kLDT5HFTY",
            "md5$salt$0123456789abcdef0123456789abcdef",
            "pbkdf2_sha256$1000$salt",
            "pbkdf2_sha256$1000$salt$",
            "pbkdf2_sha256$1000$salt$AAAA",
            "pbkdf2_sha256$1000$salt$not base64 at all, whatever the rest",
            "pbkdf2_sha1$1000000$cuVoLlYlDyrNtQifAkBZtS$71nhkfx+HMl+Vor6faoS0oh1ctI=",
            "argon2",
            "argon2id$v=19$m=102400,t=2,p=8$WFdyMnRkdVAyMVB0ekNuRHVKUWw2Vw$8dlYdHKyFmwkofCKhK24xA17nXw2xIHpsHB+YZqgSpY",
            "argon2$argon2id$v=19$m=4194304,t=2,p=8$WFdyMnRkdVAyMVB0ekNuRHVKUWw2Vw$8dlYdHKyFmwkofCKhK24xA17nXw2xIHpsHB+YZqgSpY",
            "argon2$argon2id$v=19$m=102400,t=2000,p=8$WFdyMnRkdVAyMVB0ekNuRHVKUWw2Vw$8dlYdHKyFmwkofCKhK24xA17nXw2xIHpsHB+YZqgSpY",
            "bcrypt_sha256$$2b$12$iv4K2LdoJnJCWfNphqyjGO9LMI1jyRR6glavphzd7W9GfQOKgWBhm",
            "scrypt$16384$lllDWKDHYBcHNBvw0fy0Zf$8$5$rAwZTAHBDJgzfXyjvEPpzCKB7APtgaZFeF7Tjh8Vb1E3Z06nXo+5k4EXKRLqlCjyacijskWycehNr3qCKx8RYg==",
        ] {
            assert_eq!(ForeignHash::parse(text), None, "{text}");
        }
        for iterations in ["0", "-1", "10000001", "99999999999999999999"] {
            let text = format!("pbkdf2_sha256${iterations}$salt${hash}");
            assert_eq!(ForeignHash::parse(&text), None, "{text}");
        }
        let dear = format!("pbkdf2_sha256$10000000$salt${hash}");
        assert!(ForeignHash::parse(&dear).is_some());
    }
}
