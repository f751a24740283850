//! The host names that the site answers to, like Django's `ALLOWED_HOSTS`.

/// Allowed values of the `Host` header: exact names, `.example.com` for a domain with its subdomains, or `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHosts(Vec<String>);

impl AllowedHosts {
    /// Parses a comma-separated list.
    pub fn parse(text: &str) -> Result<Self, String> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        let mut hosts = Vec::new();
        for item in items {
            if item != "*" && !is_host(item.strip_prefix('.').unwrap_or(item)) {
                return Err(item.to_owned());
            }
            hosts.push(item.to_ascii_lowercase());
        }
        Ok(Self(hosts))
    }

    /// Whether a `Host` header (with or without a port) is allowed.
    pub fn allows(&self, header: &str) -> bool {
        let Some(host) = host_of(header) else {
            return false;
        };
        self.0.iter().any(|allowed| match allowed.strip_prefix('.') {
            _ if allowed == "*" => true,
            Some(domain) => {
                host == domain || host.strip_suffix(domain).is_some_and(|sub| sub.ends_with('.'))
            }
            None => *allowed == host,
        })
    }

    /// An allowed host name, for the program's requests to itself.
    pub fn any_name(&self) -> &str {
        let concrete = self.0.iter().find(|host| *host != "*" && !host.starts_with('.'));
        concrete.map_or("localhost", String::as_str)
    }

    /// Whether the host of a URL is allowed, with `[…]` around IPv6.
    pub fn allows_host_of(&self, url: &str) -> bool {
        let url = url::Url::parse(url).ok();
        url.is_some_and(|url| url.host_str().is_some_and(|host| self.allows(host)))
    }

    /// Whether only names of this machine are allowed.
    pub fn is_local(&self) -> bool {
        let own = ["localhost", "127.0.0.1", "[::1]"];
        self.0.iter().all(|host| own.contains(&host.as_str()))
    }

    /// Whether every name is allowed.
    pub fn is_any(&self) -> bool {
        self.0.iter().any(|host| host == "*")
    }
}

impl std::fmt::Display for AllowedHosts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

/// The lower-case name in `name:port`, without a trailing dot; `None` if it is malformed (RFC 9110, section 7.2).
fn host_of(header: &str) -> Option<String> {
    let (name, port) = match header.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (header, None),
    };
    let port_is_right = port.is_none_or(|port| port.bytes().all(|b| b.is_ascii_digit()));
    let name = name.strip_suffix('.').unwrap_or(name);
    (port_is_right && is_host(name)).then(|| name.to_ascii_lowercase())
}

fn is_host(name: &str) -> bool {
    if let Some(address) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b == b'_';
    !name.is_empty() && name.len() <= 253 && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_case_and_a_trailing_dot_do_not_matter() {
        let hosts = AllowedHosts::parse("localhost, [::1],.example.com").expect("valid");
        for host in ["localhost", "LOCALHOST:8000", "localhost.:80", "[::1]:8000", "[::1]"] {
            assert!(hosts.allows(host), "{host}");
        }
        assert!(hosts.allows("example.com") && hosts.allows("www.example.com"));
    }

    #[test]
    fn other_and_malformed_hosts_are_refused() {
        let hosts = AllowedHosts::parse("localhost,.example.com").expect("valid");
        for host in [
            "",
            "evil.com",
            "localhost.evil.com",
            "badexample.com",
            "localhost:80x",
            "a b",
            "localhost:80:80",
        ] {
            assert!(!hosts.allows(host), "{host}");
        }
    }
}
