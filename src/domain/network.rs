//! Networks: what counts as one client.

use std::net::IpAddr;

/// The network of a client's address, as it is limited and noted: an IPv4 address by itself, and of an IPv6 address the first 64 bits,
/// because a client with one address of such a network has all of them.
pub fn network_of(address: IpAddr) -> String {
    // An IPv4 address is the same one when it comes in through an IPv6 socket.
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}
