//! The client's address, as trusted proxies report it.
//!
//! Each proxy appends the address that it got the request from. So the header is read from its end: the first address
//! that is not a trusted proxy is the client's. The client may have written the addresses before it.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName, X_FORWARDED_FOR};
use actix_web::{HttpRequest, web};

use super::Site;
use crate::config::TrustedProxies;

/// The address of a request's client; `None` for a client of the Unix socket that no proxy named.
pub(in crate::http) fn client_address(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr().map(|address| address.ip());
    match request.app_data::<web::Data<Site>>() {
        Some(site) => stated(peer, request.headers(), &site.trusted_proxies),
        None => peer,
    }
}

/// A client's address for a log line.
pub(in crate::http) fn client_name(address: Option<IpAddr>) -> String {
    address.map_or_else(|| "-".to_owned(), |address| address.to_string())
}

/// The address in `X-Forwarded-For`, or else in `Forwarded` (RFC 7239), if the peer is a trusted proxy.
fn stated(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &TrustedProxies) -> Option<IpAddr> {
    let lines = |name: HeaderName| headers.get_all(name).collect::<Vec<_>>();
    let (lines, read): (_, fn(&str) -> Option<IpAddr>) = match lines(X_FORWARDED_FOR) {
        none if none.is_empty() => (lines(FORWARDED), forwarded),
        some => (some, address),
    };
    let mut client = peer;
    // Several header lines form one list, in their order (RFC 9110, section 5.3).
    for line in lines.into_iter().rev() {
        for item in String::from_utf8_lossy(line.as_bytes()).rsplit(',') {
            if !proxies.trusts(client) {
                return client;
            }
            // If a proxy does not name an address, the last known one is used.
            let Some(named) = read(item) else { return client };
            client = Some(named.to_canonical());
        }
    }
    client
}

/// An address with or without a port, an IPv6 address with or without brackets.
fn address(item: &str) -> Option<IpAddr> {
    let item = item.trim();
    let bare = item.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(item);
    bare.parse().ok().or_else(|| item.parse().ok().map(|address: SocketAddr| address.ip()))
}

/// The address in the `for` of a forwarded element; `None` for an obfuscated identifier.
fn forwarded(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
    address(value.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn client(peer: &str, lines: &[(HeaderName, &str)]) -> String {
        let proxies = TrustedProxies::parse("10.0.0.0/8,fd00::/8").expect("valid");
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name.clone(), HeaderValue::from_str(value).expect("a value"));
        }
        let client = stated(peer.parse().ok(), &headers, &proxies);
        client.map_or_else(String::new, |client| client.to_string())
    }

    #[test]
    fn the_last_address_that_is_no_trusted_proxy_is_the_clients() {
        for (list, want) in [
            ("203.0.113.9", "203.0.113.9"),
            ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
            ("203.0.113.9, 10.0.0.2,10.0.0.3", "203.0.113.9"),
            ("10.0.0.9, 10.0.0.2", "10.0.0.9"),
            ("203.0.113.9:5123", "203.0.113.9"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("203.0.113.9, fd00::1", "203.0.113.9"),
            ("garbage, 203.0.113.9", "203.0.113.9"),
            ("203.0.113.9, garbage", "10.0.0.1"),
            ("203.0.113.9, garbage, 10.0.0.2", "10.0.0.2"),
            ("", "10.0.0.1"),
            ("unknown", "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", &[(X_FORWARDED_FOR, list)]), want, "{list}");
        }
    }

    #[test]
    fn the_header_of_a_client_that_is_no_trusted_proxy_is_ignored() {
        for name in [X_FORWARDED_FOR, FORWARDED] {
            let line = (name, "for=198.51.100.1");
            assert_eq!(client("203.0.113.9", &[line]), "203.0.113.9");
        }
        assert_eq!(client("", &[(X_FORWARDED_FOR, "198.51.100.1")]), "");
    }

    #[test]
    fn several_lines_are_one_list() {
        let lines = [(X_FORWARDED_FOR, "198.51.100.1"), (X_FORWARDED_FOR, "203.0.113.9, 10.0.0.2")];
        assert_eq!(client("10.0.0.1", &lines), "203.0.113.9");
        let lines = [(X_FORWARDED_FOR, "203.0.113.9"), (X_FORWARDED_FOR, "10.0.0.2")];
        assert_eq!(client("10.0.0.1", &lines), "203.0.113.9");
    }

    #[test]
    fn forwarded_is_read_where_there_is_no_x_forwarded_for() {
        for (list, want) in [
            ("for=203.0.113.9", "203.0.113.9"),
            ("For=\"[2001:db8::7]:443\";proto=https", "2001:db8::7"),
            ("for=198.51.100.1, by=10.0.0.1;for=203.0.113.9, for=10.0.0.2", "203.0.113.9"),
            ("for=203.0.113.9, for=_hidden", "10.0.0.1"),
            ("for=unknown", "10.0.0.1"),
            ("proto=https", "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", &[(FORWARDED, list)]), want, "{list}");
        }
        let both = [(FORWARDED, "for=198.51.100.1"), (X_FORWARDED_FOR, "203.0.113.9")];
        assert_eq!(client("10.0.0.1", &both), "203.0.113.9");
    }
}
