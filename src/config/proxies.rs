//! The proxies that are trusted to report a client's address.

use std::net::IpAddr;

use ipnet::IpNet;

/// `TRUSTED_PROXIES`: addresses, networks, and `unix:` for proxies that connect to the Unix socket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    unix: bool,
}

impl TrustedProxies {
    /// Parses a comma-separated list.
    ///
    /// # Errors
    /// The first item that is neither an address nor a network.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut proxies = Self::default();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            if item == "unix:" {
                proxies.unix = true;
                continue;
            }
            let bare = item.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            let bare = bare.unwrap_or(item);
            let network = bare.parse().or_else(|_| bare.parse::<IpAddr>().map(IpNet::from));
            proxies.networks.push(network.map_err(|_| item.to_owned())?);
        }
        Ok(proxies)
    }

    /// Whether a client at an address is a trusted proxy; `None` is a client of the Unix socket.
    pub fn trusts(&self, address: Option<IpAddr>) -> bool {
        match address {
            // An IPv4 address may arrive as an IPv6 address through an IPv6 socket.
            Some(address) => {
                let address = address.to_canonical();
                self.networks.iter().any(|network| network.contains(&address))
            }
            None => self.unix,
        }
    }

    /// Whether no proxy is trusted.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty() && !self.unix
    }
}

impl std::fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unix = self.unix.then(|| "unix:".to_owned());
        let items = self.networks.iter().map(IpNet::to_string).chain(unix);
        f.write_str(&items.collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_are_trusted_whatever_socket_they_come_in_through() {
        let proxies = TrustedProxies::parse("10.0.0.0/8, 192.0.2.7,[2001:db8::1], fd00::/8");
        let proxies = proxies.expect("valid");
        let trusts = |address: &str| proxies.trusts(address.parse().ok());
        for address in ["10.9.8.7", "192.0.2.7", "::ffff:10.0.0.1", "2001:db8::1", "fd12::5"] {
            assert!(trusts(address), "{address}");
        }
        for address in ["11.0.0.1", "192.0.2.8", "2001:db8::2", "::1"] {
            assert!(!trusts(address), "{address}");
        }
        assert!(!proxies.trusts(None));
        assert!(TrustedProxies::parse("unix:").expect("valid").trusts(None));
        assert!(!TrustedProxies::default().trusts("127.0.0.1".parse().ok()));
    }

    #[test]
    fn other_items_are_refused_by_name() {
        for item in ["proxy.example", "10.0.0.0/33", "10.0.0.1:80", "*", "10.0.0", "::/129"] {
            let refused = TrustedProxies::parse(&format!("127.0.0.1, {item}"));
            assert_eq!(refused, Err(item.to_owned()));
        }
    }
}
