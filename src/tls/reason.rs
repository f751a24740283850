//! Explains TLS failures in plain words.

use std::error::Error;
use std::sync::Arc;

use rustls::{AlertDescription, CertificateError};

/// The reason why TLS failed, if TLS caused the error.
pub fn reason(err: &(dyn Error + 'static)) -> Option<String> {
    let chain = std::iter::successors(Some(err), |err| behind(*err));
    chain.filter_map(|err| err.downcast_ref::<rustls::Error>()).next().map(words)
}

/// The cause of an error. `source` skips the error inside an I/O error or a shared error, so this looks inside.
fn behind<'a>(err: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    if let Some(shared) = err.downcast_ref::<Arc<dyn Error + Send + Sync>>() {
        return Some(&**shared);
    }
    let inner = err.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    match inner {
        Some(inner) => Some(inner),
        None => err.source(),
    }
}

fn words(err: &rustls::Error) -> String {
    match err {
        rustls::Error::InvalidCertificate(err) => of_certificate(err),
        rustls::Error::AlertReceived(alert) => of_alert(*alert),
        rustls::Error::InvalidMessage(_) => "the server does not speak TLS on this port".to_owned(),
        err => format!("TLS failed: {err}"),
    }
}

fn of_certificate(err: &CertificateError) -> String {
    use CertificateError as E;
    let what = match err {
        E::UnknownIssuer | E::BadSignature => {
            "is not signed by a trusted certificate authority".to_owned()
        }
        E::Expired | E::ExpiredContext { .. } => "has expired".to_owned(),
        E::NotValidYet | E::NotValidYetContext { .. } => "is not valid yet".to_owned(),
        E::NotValidForNameContext { expected, presented } => {
            let expected = expected.to_str();
            match presented.is_empty() {
                true => format!("is not for {expected}"),
                false => {
                    let names: Vec<_> = presented.iter().map(|name| plain(name)).collect();
                    format!("is for {}, not for {expected}", names.join(", "))
                }
            }
        }
        E::NotValidForName => "is not for this host".to_owned(),
        E::Revoked => "has been revoked".to_owned(),
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => "is not for servers".to_owned(),
        other if other.to_string().contains("CaUsedAsEndEntity") => {
            "is that of a certificate authority, and not among the trusted ones".to_owned()
        }
        other if other.to_string().contains("UnsupportedCertVersion") => {
            "is of X.509 version 1, which can't be checked; issue it with a subjectAltName"
                .to_owned()
        }
        other => format!("can't be used: {other}"),
    };
    format!("the server's certificate {what}")
}

/// The name in `DnsName("localhost")`, as the library shows it.
fn plain(name: &str) -> &str {
    let inner = name.split_once('(').map_or(name, |(_, inner)| inner);
    inner.trim_matches(['"', ')'])
}

fn of_alert(alert: AlertDescription) -> String {
    use AlertDescription as A;
    match alert {
        A::CertificateRequired => "the server requires a client certificate".to_owned(),
        A::UnknownCA => {
            "the server does not trust the authority of the client certificate".to_owned()
        }
        A::CertificateExpired => "the client certificate has expired".to_owned(),
        A::BadCertificate | A::UnsupportedCertificate | A::CertificateUnknown => {
            "the server refuses the client certificate".to_owned()
        }
        A::HandshakeFailure => {
            "the server refuses TLS with this client; it may require a client certificate"
                .to_owned()
        }
        other => format!("the server ended TLS: {other:?}"),
    }
}
