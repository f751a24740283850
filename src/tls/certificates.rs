//! Certificates from files and from the system, and the client configuration made of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::verifier::{Verification, Verifier};

/// The trusted certificate authorities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trusted {
    /// None, for [`Verification::None`].
    Nothing,
    /// The authorities that the system trusts.
    System,
    /// The authorities in a PEM file.
    File(PathBuf),
}

/// The client's certificate and its key: two PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, followed by the intermediate ones.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Why a file or the system's store can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file can't be read.
    #[error("the file {0} can't be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// The file lacks the expected content.
    #[error("the file {0} has no {1} in PEM format")]
    Lacks(PathBuf, &'static str),
    /// The system has no store of certificates.
    #[error(
        "the system has no trusted certificates (Debian, Ubuntu: apt-get install ca-certificates)"
    )]
    NoSystemStore,
    /// The key does not belong to the certificate.
    #[error("the key {1} does not fit the certificate {0}: {2}")]
    Unfit(PathBuf, PathBuf, rustls::Error),
}

/// The cryptography provider of every connection.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// Installs the compiled-in cryptography provider for libraries that look for a default one.
pub fn install() {
    // It fails only if a provider is installed already.
    let _ = ring::default_provider().install_default();
}

/// The TLS configuration of a client.
///
/// # Errors
/// [`TlsError`] if a file can't be used.
pub fn client(
    verification: Verification,
    trusted: &Trusted,
    identity: Option<&Identity>,
) -> Result<ClientConfig, TlsError> {
    let authorities = match trusted {
        Trusted::Nothing => Vec::new(),
        Trusted::System => rustls_native_certs::load_native_certs().certs,
        Trusted::File(file) => certificates(file)?,
    };
    let mut roots = RootCertStore::empty();
    let (usable, _) = roots.add_parsable_certificates(authorities.iter().cloned());
    match trusted {
        Trusted::System if usable == 0 => return Err(TlsError::NoSystemStore),
        Trusted::File(file) if usable == 0 => {
            return Err(TlsError::Lacks(file.clone(), "usable certificate"));
        }
        _ => {}
    }
    let verifier = Verifier::new(provider(), verification, roots, authorities);
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("the provider has them")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let Some(Identity { certificate, key }) = identity else {
        return Ok(builder.with_no_client_auth());
    };
    let secret = PrivateKeyDer::from_pem_file(key)
        .map_err(|err| unreadable(key, "unencrypted private key", err))?;
    let client = builder.with_client_auth_cert(certificates(certificate)?, secret);
    client.map_err(|err| TlsError::Unfit(certificate.clone(), key.clone(), err))
}

/// The certificates in a file.
///
/// # Errors
/// [`TlsError`] if the file can't be read or has none.
pub fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    const WHAT: &str = "certificate";
    let found = CertificateDer::pem_file_iter(file).map_err(|err| unreadable(file, WHAT, err))?;
    let found: Result<Vec<_>, _> = found.collect();
    let found = found.map_err(|err| unreadable(file, WHAT, err))?;
    match found.is_empty() {
        true => Err(TlsError::Lacks(file.to_owned(), WHAT)),
        false => Ok(found),
    }
}

fn unreadable(file: &Path, what: &'static str, err: PemError) -> TlsError {
    match err {
        PemError::Io(err) => TlsError::Unreadable(file.to_owned(), err),
        _ => TlsError::Lacks(file.to_owned(), what),
    }
}
