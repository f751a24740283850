//! TLS to PostgreSQL and Redis: certificates from files, how strictly a server's certificate is checked, and why it was
//! refused, in plain words.
//!
//! This module knows neither server: its callers know the variables.

mod certificates;
mod reason;
mod verifier;

pub use certificates::{Identity, TlsError, Trusted, certificates, client, install};
pub use reason::reason;
pub use verifier::Verification;
