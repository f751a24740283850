//! Password hashes as Django writes them: `algorithm$parameters…`.
//!
//! They come from files that others wrote, so what a check may cost is bounded: a hash that asks for more fits nothing.

use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::cache::hex;

/// Iterations of PBKDF2; Django 5.2 uses 1,000,000.
const MAX_ITERATIONS: u32 = 10_000_000;
/// Memory of Argon2 in KiB, its passes and its lanes; Django uses 102,400, 2 and 8.
const MAX_ARGON2: (u32, u32, u32) = (262_144, 16, 16);
/// Rounds of bcrypt, as a power of two; Django uses 12.
const MAX_BCRYPT_COST: u32 = 15;
/// Memory of scrypt in bytes, and its lanes; Django uses 16 MiB and 5.
const MAX_SCRYPT: (u64, u32) = (64 << 20, 16);
/// Bytes of a hash or a salt.
const MAX_BYTES: usize = 128;

/// A hash that another program made.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ForeignHash<'a> {
    Pbkdf2Sha1(u32, &'a str, Vec<u8>),
    Pbkdf2Sha256(u32, &'a str, Vec<u8>),
    /// In PHC string format.
    Argon2(&'a str),
    /// In crypt's format, of the password's SHA-256 in hexadecimal digits.
    BcryptSha256(&'a str),
    Scrypt {
        salt: &'a str,
        log_n: u8,
        block: u32,
        lanes: u32,
        hash: Vec<u8>,
    },
}

/// Whether a hash can be checked.
pub(in crate::services) fn is_known(hash: &str) -> bool {
    ForeignHash::parse(hash).is_some()
}

impl<'a> ForeignHash<'a> {
    /// Reads a hash; `None` for one of another kind, and for one that would cost too much to check.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (algorithm, rest) = text.split_once('$')?;
        let mut parts = rest.split('$');
        match algorithm {
            "pbkdf2_sha256" | "pbkdf2_sha1" => {
                let iterations = parts.next()?.parse().ok()?;
                let (salt, hash) = (parts.next()?, decoded(parts.next()?)?);
                let whole = parts.next().is_none() && (1..=MAX_ITERATIONS).contains(&iterations);
                let own = match algorithm {
                    "pbkdf2_sha256" => Self::Pbkdf2Sha256,
                    _ => Self::Pbkdf2Sha1,
                };
                (whole && salt.len() <= MAX_BYTES).then(|| own(iterations, salt, hash))
            }
            "argon2" => {
                // The rest has the site's own format, without its first dollar sign.
                let phc = &text[algorithm.len()..];
                let params = Params::try_from(&PasswordHash::new(phc).ok()?).ok()?;
                let (memory, passes, lanes) = MAX_ARGON2;
                let cheap = params.m_cost() <= memory
                    && params.t_cost() <= passes
                    && params.p_cost() <= lanes;
                cheap.then_some(Self::Argon2(phc))
            }
            "bcrypt_sha256" => {
                let mut crypt = rest.strip_prefix('$')?.split('$');
                let known = matches!(crypt.next()?, "2a" | "2b" | "2y");
                let cost: u32 = crypt.next()?.parse().ok()?;
                (known && (4..=MAX_BCRYPT_COST).contains(&cost)).then_some(Self::BcryptSha256(rest))
            }
            "scrypt" => {
                let n: u64 = parts.next()?.parse().ok()?;
                let salt = parts.next()?;
                let (block, lanes) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
                let hash = decoded(parts.next()?)?;
                let memory = n.checked_mul(128)?.checked_mul(u64::from(block))?;
                let cheap = memory <= MAX_SCRYPT.0 && lanes <= MAX_SCRYPT.1;
                let whole =
                    parts.next().is_none() && n.is_power_of_two() && salt.len() <= MAX_BYTES;
                let log_n = u8::try_from(n.checked_ilog2()?).ok()?;
                (cheap && whole).then_some(Self::Scrypt {
                    salt,
                    log_n,
                    block,
                    lanes,
                    hash,
                })
            }
            _ => None,
        }
    }

    /// Whether it is the password's; takes as long as the hash asks for, on a thread that may block.
    pub(super) fn fits(&self, password: &str) -> bool {
        let password = password.as_bytes();
        match self {
            Self::Pbkdf2Sha1(iterations, salt, hash) => {
                let mut made = vec![0; hash.len()];
                pbkdf2_hmac::<Sha1>(password, salt.as_bytes(), *iterations, &mut made);
                bool::from(made.ct_eq(hash))
            }
            Self::Pbkdf2Sha256(iterations, salt, hash) => {
                let mut made = vec![0; hash.len()];
                pbkdf2_hmac::<Sha256>(password, salt.as_bytes(), *iterations, &mut made);
                bool::from(made.ct_eq(hash))
            }
            Self::Argon2(phc) => PasswordHash::new(phc).is_ok_and(|hash| {
                let argon2 =
                    Argon2::new(Algorithm::default(), Version::default(), Params::default());
                argon2.verify_password(password, &hash).is_ok()
            }),
            Self::BcryptSha256(crypt) => {
                let digest = hex(&Sha256::digest(password));
                bcrypt::verify(digest, crypt).unwrap_or(false)
            }
            Self::Scrypt {
                salt,
                log_n,
                block,
                lanes,
                hash,
            } => {
                let mut made = vec![0; hash.len()];
                let params = scrypt::Params::new(*log_n, *block, *lanes);
                let done = params.is_ok_and(|params| {
                    scrypt::scrypt(password, salt.as_bytes(), &params, &mut made).is_ok()
                });
                done && bool::from(made.ct_eq(hash))
            }
        }
    }
}

fn decoded(base64: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(base64).ok()?;
    (16..=MAX_BYTES).contains(&bytes.len()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes of “analytical engines”, made by Django 5.2.
    const DJANGO: [&str; 4] = [
        "argon2$argon2id$v=19$m=102400,t=2,p=8$WFdyMnRkdVAyMVB0ekNuRHVKUWw2Vw$8dlYdHKyFmwkofCKhK24xA17nXw2xIHpsHB+YZqgSpY",
        "bcrypt_sha256$$2b$12$iv4K2LdoJnJCWfNphqyjGO9LMI1jyRR6glavphzd7W9GfQOKgWBhm",
        "scrypt$16384$lllDWKDHYBcHNBvw0fy0Zf$8$5$rAwZTAHBDJgzfXyjvEPpzCKB7APtgaZFeF7Tjh8Vb1E3Z06nXo+5k4EXKRLqlCjyacijskWycehNr3qCKx8RYg==",
        "pbkdf2_sha1$1000000$cuVoLlYlDyrNtQifAkBZtS$71nhkfx+HMl+Vor6faoS0oh1ctI=",
    ];

    #[test]
    fn every_kind_of_django_hash_fits_its_password_only() {
        for text in DJANGO {
            let hash = ForeignHash::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert!(hash.fits("analytical engines"), "{text}");
            assert!(!hash.fits("Analytical engines"), "{text}");
        }
        let text = "pbkdf2_sha256$1000000$4Jvccu5xv7d6Jngkcd7IWq$zOKFgCa3P2dM7wrtjd+HbP8T7VKOW7yTE+o2gKPG+D4=";
        let hash = ForeignHash::parse(text).expect("known");
        assert!(hash.fits("nanoseconds of wire") && !hash.fits(""));
    }

    #[test]
    fn a_hash_that_would_cost_too_much_or_is_broken_is_not_known() {
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
            "argon2$argon2id$v=19$m=4194304,t=2,p=8$WFdyMnRkdVAyMVB0ekNuRHVKUWw2Vw$8dlYdHKyFmwkofCKhK24xA17nXw2xIHpsHB+YZqgSpY",
            "argon2$argon2id$v=19$m=102400,t=2000,p=8$WFdyMnRkdVAyMVB0ekNuRHVKUWw2Vw$8dlYdHKyFmwkofCKhK24xA17nXw2xIHpsHB+YZqgSpY",
            "bcrypt_sha256$$2b$31$iv4K2LdoJnJCWfNphqyjGO9LMI1jyRR6glavphzd7W9GfQOKgWBhm",
        ] {
            assert_eq!(ForeignHash::parse(text), None, "{text}");
        }
        for iterations in ["0", "-1", "10000001", "99999999999999999999"] {
            let text = format!("pbkdf2_sha256${iterations}$salt${hash}");
            assert_eq!(ForeignHash::parse(&text), None, "{text}");
        }
        for (n, block, lanes) in [
            ("16777216", "8", "1"),
            ("16384", "8", "500"),
            ("3", "8", "1"),
            ("0", "8", "1"),
        ] {
            let text = format!("scrypt${n}$salt${block}${lanes}${hash}");
            assert_eq!(ForeignHash::parse(&text), None, "{text}");
        }
        let dear = format!("pbkdf2_sha256$10000000$salt${hash}");
        assert!(ForeignHash::parse(&dear).is_some());
    }
}
