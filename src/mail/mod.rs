//! Mail: letters as text and HTML, and how they are sent.
//!
//! This module knows neither listings nor accounts: its callers write the letters.
//!
//! **Invariant:** only checked addresses and subjects without line breaks become headers; no other user input does.

mod letter;
mod mailer;
mod transport;

pub use letter::{Entry, MailContent};
pub use mailer::{Mail, Mailer};
pub use transport::SendError;
