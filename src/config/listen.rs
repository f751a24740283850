//! The address that the site listens on.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::reader::Reader;

/// `HOST` and `PORT`: the address that the site listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// An address and a port; port 0 picks a free one.
    Tcp(SocketAddr),
    /// `unix:/path`: a Unix socket.
    Unix(PathBuf),
}

impl Listen {
    const DEFAULT: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let port = reader.number("PORT", 8000, 0, u16::MAX, "port number");
        let text = reader.text("HOST").unwrap_or_else(|| "localhost".to_owned());
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        let host = match text.strip_prefix("unix:") {
            Some(path) if path.starts_with('/') => return Self::Unix(path.into()),
            None if bare == "localhost" => Some(Self::DEFAULT),
            _ => bare.parse().ok(),
        };
        if host.is_none() {
            let rule =
                "must be an IP address, e.g. 127.0.0.1, 0.0.0.0 or ::1, or unix:/path of a socket";
            reader.problem("HOST", &text, rule);
        }
        Self::Tcp(SocketAddr::new(host.unwrap_or(Self::DEFAULT), port))
    }

    /// Whether only this machine can connect.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().is_loopback(),
            Self::Unix(_) => true,
        }
    }

    /// The value of `HOST` that is used.
    pub fn host(&self) -> String {
        match self {
            Self::Tcp(address) => address.ip().to_string(),
            Self::Unix(path) => format!("unix:{}", path.display()),
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            Self::Unix(_) => f.write_str(&self.host()),
        }
    }
}
