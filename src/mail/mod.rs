//! Mail: letters as text and HTML, and how they are sent.
//!
//! It knows neither listings nor accounts: what a letter says is its caller's affair.
//!
//! **Invariant:** of what users typed only checked addresses become headers, and subjects without line breaks.

mod letter;
mod mailer;
mod transport;

pub use letter::{Entry, Letter};
pub use mailer::{Mail, Mailer};
pub use transport::SendError;
