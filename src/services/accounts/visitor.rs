//! The client of a request: its address and browser.

use std::net::IpAddr;

use super::super::sessions::{ADDRESS, USER_AGENT};
use crate::domain::network_of;

/// The maximum length of a stored `User-Agent` header, in characters.
const MAX_USER_AGENT: usize = 300;

/// The client's address and browser.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    address: Option<IpAddr>,
    user_agent: String,
}

impl Visitor {
    /// A visitor with an address and a `User-Agent` header.
    pub fn new(address: Option<IpAddr>, user_agent: &str) -> Self {
        let plain = user_agent.chars().map(|c| if c.is_control() { ' ' } else { c });
        Self {
            // An IPv4 address may arrive as an IPv6 address through an IPv6 socket.
            address: address.map(|address| address.to_canonical()),
            user_agent: plain.take(MAX_USER_AGENT).collect(),
        }
    }

    /// The address; empty if unknown.
    pub fn address(&self) -> String {
        self.address.map(|address| address.to_string()).unwrap_or_default()
    }

    /// The `User-Agent` header, cut to the maximum length.
    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }

    /// The key by which failed logins are counted: for IPv6 the network, because a client usually has all addresses of
    /// its network.
    pub(in crate::services) fn network(&self) -> Option<String> {
        self.address.map(network_of)
    }

    /// The session values that describe this client.
    pub fn session_values(&self) -> [(&'static str, String); 2] {
        [(ADDRESS, self.address()), (USER_AGENT, self.user_agent.clone())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> Option<String> {
        Visitor::new(address.parse().ok(), "").network()
    }

    #[test]
    fn addresses_of_one_network_count_as_one() {
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("192.0.2.7"), network("::ffff:192.0.2.7"));
        assert_ne!(network("192.0.2.7"), network("192.0.2.8"));
        assert_eq!(network(""), None);
    }

    #[test]
    fn what_a_browser_says_is_bounded_and_plain() {
        let visitor = Visitor::new(None, &format!("a\tb\u{1b}{}", "é".repeat(1000)));
        assert!(visitor.user_agent().starts_with("a b é"));
        assert_eq!(visitor.user_agent().chars().count(), MAX_USER_AGENT);
        assert_eq!(visitor.address(), "");
    }
}
