//! How long the site waits for a slow client.

use std::time::Duration;

/// The limits of a connection. No variable sets them; `docs/limits.md` states them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long a request's head may take from its first byte. Too short, and clients on bad lines are refused; too long, and
    /// few clients hold many connections.
    pub head: Duration,
    /// How long the body of a form may take. Uploads have limits of their own.
    pub body: Duration,
    /// How long a connection may be open without a byte in either direction while no request is being answered.
    pub idle: Duration,
    /// How often a response that the client does not read fast enough is looked at.
    pub window: Duration,
    /// How many bytes of it the client has to take in that time.
    pub window_bytes: u64,
}

impl Patience {
    /// The limits of every site outside of tests.
    pub const USUAL: Self = Self {
        head: Duration::from_secs(10),
        body: Duration::from_secs(20),
        idle: Duration::from_secs(60),
        window: Duration::from_secs(30),
        window_bytes: 16 * 1024,
    };
}
