//! Checks a server's certificate as strictly as OpenSSL does for `libpq`.
//!
//! **Invariant:** with [`Verification::Authority`] and above, a certificate is accepted only if a trusted authority
//! signed it or it is itself trusted, and it is valid now.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::der::oid::db::rfc4519::COMMON_NAME;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

/// How strictly a server's certificate is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// Any certificate is accepted: the connection is protected only against eavesdropping.
    None,
    /// It must be signed by a trusted authority.
    Authority,
    /// It must also be issued for the host.
    Host,
}

type VerifySignature = fn(
    &[u8],
    &CertificateDer<'_>,
    &DigitallySignedStruct,
    &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error>;

#[derive(Debug)]
pub(super) struct Verifier {
    provider: Arc<CryptoProvider>,
    verification: Verification,
    roots: RootCertStore,
    /// The certificates of the roots.
    trusted: Vec<CertificateDer<'static>>,
}

impl Verifier {
    pub(super) fn new(
        provider: Arc<CryptoProvider>,
        verification: Verification,
        roots: RootCertStore,
        trusted: Vec<CertificateDer<'static>>,
    ) -> Self {
        Self { provider, verification, roots, trusted }
    }

    /// Checks the signature of a handshake in a version of TLS.
    fn verify_signature(
        &self,
        verify: VerifySignature,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // If any certificate is accepted, its signature proves nothing; and some old certificates could not be read.
        if self.verification == Verification::None {
            return Ok(HandshakeSignatureValid::assertion());
        }
        let algorithms = &self.provider.signature_verification_algorithms;
        verify(message, certificate, signed, algorithms)
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        server: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.verification == Verification::None {
            return Ok(ServerCertVerified::assertion());
        }
        let parsed = ParsedCertificate::try_from(certificate)?;
        // A self-signed server certificate is often its own authority, which WebPKI alone would refuse.
        if self.trusted.contains(certificate) {
            check_period(certificate, now)?;
        } else {
            let algorithms = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(
                &parsed,
                &self.roots,
                between,
                now,
                algorithms,
            )?;
        }
        if self.verification == Verification::Host {
            verify_server_name(&parsed, server)
                .or_else(|err| by_common_name(certificate, server).ok_or(err))?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_signature(verify_tls12_signature, message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_signature(verify_tls13_signature, message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn check_period(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
    let parsed = Certificate::from_der(certificate).map_err(|_| CertificateError::BadEncoding)?;
    let validity = parsed.tbs_certificate.validity;
    let now = now.as_secs();
    if now < validity.not_before.to_unix_duration().as_secs() {
        return Err(CertificateError::NotValidYet.into());
    }
    if now > validity.not_after.to_unix_duration().as_secs() {
        return Err(CertificateError::Expired.into());
    }
    Ok(())
}

/// Uses the common name as the host of a certificate that names no other host, as libpq does.
fn by_common_name(certificate: &CertificateDer<'_>, server: &ServerName<'_>) -> Option<()> {
    let ServerName::DnsName(host) = server else {
        return None;
    };
    let parsed = Certificate::from_der(certificate).ok()?.tbs_certificate;
    let is_name = |name: &GeneralName| matches!(name, GeneralName::DnsName(_));
    let names = parsed.get::<SubjectAltName>().ok()?;
    if names.is_some_and(|(_, names)| names.0.iter().any(is_name)) {
        return None;
    }
    let subject = parsed.subject.0.iter().flat_map(|part| part.0.iter());
    let named = subject.filter(|part| part.oid == COMMON_NAME).find(|part| {
        std::str::from_utf8(part.value.value()).is_ok_and(|name| matches(name, host.as_ref()))
    });
    named.map(|_| ())
}

/// Whether a host matches a name, whose first label may be `*`.
fn matches(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        Some(domain) => {
            let above = host.split_once('.').map(|(_, above)| above);
            above.is_some_and(|above| above.eq_ignore_ascii_case(domain))
        }
        None => name.eq_ignore_ascii_case(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_name_is_a_hosts_or_that_of_a_domains_hosts() {
        for (name, host, want) in [
            ("db.example", "DB.example", true),
            ("*.example", "db.example", true),
            ("*.example", "a.db.example", false),
            ("*.example", "example", false),
            ("db.example", "db.example.net", false),
        ] {
            assert_eq!(matches(name, host), want, "{name} {host}");
        }
    }
}
