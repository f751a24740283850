//! Behind proxies: the client's address, the site's own origin, health checks, sockets.

mod sockets;
mod visitors;
