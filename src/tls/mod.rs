//! TLS to PostgreSQL and Redis: certificates from files, how far a server's certificate is checked, and in plain words why
//! it is refused.
//!
//! It knows neither server: what its callers' variables mean is their affair.

mod certificates;
mod reason;
mod verifier;

pub use certificates::{Identity, TlsError, Trusted, certificates, client, install};
pub use reason::reason;
pub use verifier::Verification;
