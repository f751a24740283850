//! A certificate for both servers of a run, made on the spot.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::process::{Program, find, tail};

/// A certificate, which is also the one that clients trust, and its key.
pub(crate) struct Tls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Tls {
    /// Makes a certificate for 127.0.0.1 that belongs to the user of the servers.
    pub(crate) async fn create(directory: &Path, user: Option<(u32, u32)>) -> anyhow::Result<Self> {
        let openssl = find(&["openssl"], &["/usr/bin", "/opt/homebrew/bin"].map(PathBuf::from))?;
        let (certificate, key) = (directory.join("server.crt"), directory.join("server.key"));
        let mut words = vec![openssl.into_os_string()];
        let options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=freshness \
            -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE";
        words.extend(options.split_whitespace().map(Into::into));
        words.extend(["-keyout".into(), key.clone().into(), "-out".into()]);
        words.push(certificate.clone().into());
        let program = Program {
            words,
            variables: Vec::new(),
            directory: directory.to_owned(),
            log: directory.join("openssl.log"),
            signal: "TERM",
            user,
        };
        match program.start().await?.status().await {
            Some(0) => Ok(Self { certificate, key }),
            _ => bail!("openssl made no certificate:\n{}", tail(&program.log)),
        }
    }
}

/// A port of this machine on which nothing listens now.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
