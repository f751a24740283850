//! Certificates that are made for a test.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};

/// A certificate authority.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    directory: PathBuf,
    /// The path of its certificate.
    pub(crate) file: String,
}

/// A certificate and its key, in files.
pub(crate) struct Certified {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    /// A new authority, whose certificate is in a directory.
    pub(crate) fn new(directory: &Path, name: &str) -> Self {
        let mut params = params(&[], name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let file = write(directory, &format!("{name}.crt"), &certificate.pem());
        Self { issuer: Issuer::new(params, key), directory: directory.to_owned(), file }
    }

    /// A certificate for hosts, or for a client with a name.
    pub(crate) fn issue(&self, name: &str, hosts: &[&str]) -> Certified {
        self.sign(name, params(hosts, name))
    }

    /// An expired certificate.
    pub(crate) fn issue_expired(&self, name: &str, hosts: &[&str]) -> Certified {
        let mut params = params(hosts, name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
        self.sign(name, params)
    }

    fn sign(&self, name: &str, params: CertificateParams) -> Certified {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        certified(&self.directory, name, &certificate.pem(), &key)
    }
}

/// A server's self-signed certificate with the host only as its common name, as in PostgreSQL's manual.
pub(crate) fn self_signed(directory: &Path, host: &str) -> Certified {
    let mut params = params(&[], host);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    certified(directory, &format!("self-signed-{host}"), &certificate.pem(), &key)
}

fn params(hosts: &[&str], name: &str) -> CertificateParams {
    let hosts: Vec<_> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).expect("names");
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn certified(directory: &Path, name: &str, certificate: &str, key: &KeyPair) -> Certified {
    let file = write(directory, &format!("{name}.key"), &key.serialize_pem());
    let private = fs::Permissions::from_mode(0o600);
    fs::set_permissions(&file, private).expect("it is this process's own");
    Certified { certificate: write(directory, &format!("{name}.crt"), certificate), key: file }
}

fn write(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    fs::write(&path, text).expect("writable");
    path.display().to_string()
}
