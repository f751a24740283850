//! Behind proxies: the client's address, the site's origin, health checks, sockets.

mod sockets;
mod visitors;
