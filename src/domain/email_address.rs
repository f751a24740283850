//! E-mail addresses that mail can be sent to.

use url::Host;

use super::field_errors::quoted;
use super::user_form::parse_email;

/// The maximum length of the part before the `@`, in bytes (RFC 5321).
const MAX_LOCAL: usize = 64;

/// An address that mail can be sent to. **Invariant:** its domain is ASCII: `ann@straße.example` becomes
/// `ann@xn--strae-oqa.example`; nothing in it can end a line or a header's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress {
    typed: String,
    at: usize,
    domain: String,
}

impl EmailAddress {
    /// Checks an address.
    ///
    /// # Errors
    /// A message that says what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("This field is required.".to_owned());
        }
        let refused = || {
            let shown = quoted(text);
            format!("“{shown}” is not an email address. Enter an address such as ann@example.com.")
        };
        let typed = parse_email(text).map_err(|_| refused())?;
        let (local, domain) = typed.rsplit_once('@').ok_or_else(refused)?;
        let allowed = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
        if local.len() > MAX_LOCAL || dots || !local.chars().all(allowed) {
            return Err(refused());
        }
        let Ok(Host::Domain(ascii)) = Host::parse(domain) else {
            return Err(refused());
        };
        let labels = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let plain = ascii.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
        if ascii.len() > 253 || !plain || !ascii.split('.').all(labels) {
            return Err(refused());
        }
        let at = local.len();
        Ok(Self { at, typed, domain: ascii })
    }

    /// The address as typed.
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        &self.typed[..self.at]
    }

    /// The domain in ASCII.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The form for comparison and counting: without the part after a plus sign, because all of these lead to one
    /// mailbox.
    pub fn mailbox(&self) -> String {
        let local = self.local().split('+').next().unwrap_or_default();
        format!("{}@{}", local.to_lowercase(), self.domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn umlauts_in_domains_and_plus_signs_are_addresses() {
        for (typed, domain, mailbox) in [
            ("ann@example.com", "example.com", "ann@example.com"),
            (" Ann+homes@Example.com ", "example.com", "ann@example.com"),
            ("ann@straße.example", "xn--strae-oqa.example", "ann@xn--strae-oqa.example"),
            ("jörg@müller.example", "xn--mller-kva.example", "jörg@xn--mller-kva.example"),
            ("o'neil@localhost", "localhost", "o'neil@localhost"),
        ] {
            let address = EmailAddress::parse(typed).expect(typed);
            assert_eq!((address.domain(), address.mailbox().as_str()), (domain, mailbox));
            assert_eq!(address.as_str(), typed.trim());
        }
    }

    #[test]
    fn what_is_no_address_or_could_end_a_header_is_refused() {
        for text in [
            "",
            "ann",
            "ann@",
            "@example.com",
            "a b@example.com",
            "ann@ex ample.com",
            "ann@example.com\r\nBcc: eve@evil.example",
            "ann@example.com,eve@evil.example",
            "\"ann\"@example.com",
            "<ann@example.com>",
            "ann@[127.0.0.1]",
            "ann@127.0.0.1",
            ".ann@example.com",
            "a..n@example.com",
            "ann@example..com",
            "ann@-x.example",
            "ann@example.com;x",
            "ann@example.com?bcc=eve",
            "ann@exa%0ample.com",
        ] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
        assert!(EmailAddress::parse(&format!("{}@example.com", "x".repeat(65))).is_err());
    }
}
