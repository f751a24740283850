//! Enquiries: a visitor's question about a listing, and its state for staff.

use chrono::{DateTime, NaiveDate, Utc};
use url::form_urlencoded;

use super::field_errors::{day, one_of, quoted, shown_again, whole_number};
use super::named::named;
use super::query_string::query_string;
use super::text::{is_absent, parse_text};
use super::{EmailAddress, FieldErrors, PropertyId};

/// The maximum length of each field, in characters.
const MAX_NAME: usize = 100;
const MAX_PHONE: usize = 40;
const MAX_MESSAGE: usize = 5000;
/// The last page of the inbox.
const MAX_PAGE: u16 = 1000;

/// The enquiry form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnquiryForm {
    /// The visitor's name.
    pub name: String,
    /// Their email address.
    pub email: String,
    /// Their phone number; may be empty.
    pub phone: String,
    /// The message.
    pub message: String,
    /// Whether they want to see the property.
    pub viewing: bool,
    /// Whether they want a copy by mail.
    pub copy: bool,
}

/// An enquiry with valid fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEnquiry {
    /// The visitor's name.
    pub name: String,
    /// Their email address.
    pub email: EmailAddress,
    /// Their phone number; may be empty.
    pub phone: String,
    /// The message.
    pub message: String,
    /// Whether they want to see the property.
    pub viewing: bool,
    /// Whether they want a copy by mail.
    pub copy: bool,
}

impl EnquiryForm {
    /// As much of what was typed as the form shows again: several times what is allowed, so that it can be shortened.
    #[must_use]
    pub fn shown_again(&self) -> Self {
        Self {
            name: shown_again(&self.name),
            email: shown_again(&self.email),
            phone: shown_again(&self.phone),
            message: self.message.chars().take(4 * MAX_MESSAGE).collect(),
            ..*self
        }
    }

    /// Checks the fields.
    ///
    /// # Errors
    /// The errors of each field.
    pub fn parse(&self) -> Result<NewEnquiry, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.check("name", line(&self.name, MAX_NAME));
        let email = errors.check("email", EmailAddress::parse(&self.email));
        let phone = match is_absent(&self.phone) {
            true => Some(String::new()),
            false => errors.check("phone", phone(&self.phone)),
        };
        let message = errors.check("message", parse_text(&self.message, MAX_MESSAGE));
        match (name, email, phone, message) {
            (Some(name), Some(email), Some(phone), Some(message)) => {
                let (viewing, copy) = (self.viewing, self.copy);
                Ok(NewEnquiry { name, email, phone, message, viewing, copy })
            }
            _ => Err(errors),
        }
    }
}

fn line(text: &str, limit: usize) -> Result<String, String> {
    let text = parse_text(text, limit).map_err(|err| err.to_string())?;
    match text.contains(['\n', '\t']) {
        true => Err("Enter a single line.".to_owned()),
        false => Ok(text),
    }
}

fn phone(text: &str) -> Result<String, String> {
    let text = line(text, MAX_PHONE)?;
    let allowed = |c: char| c.is_ascii_digit() || " +-()./,#*extEXT".contains(c);
    match text.chars().all(allowed) && text.chars().filter(char::is_ascii_digit).count() >= 3 {
        true => Ok(text),
        false => Err(format!(
            "“{}” is not a phone number. Enter a number such as +44 131 496 0000, or leave the field empty.",
            quoted(&text)
        )),
    }
}

named! {
    /// The state of an enquiry for staff.
    pub enum EnquiryState, label {
        /// No user has read it.
        New = "new", "Unread";
        /// A user has read it.
        Read = "read", "Read";
        /// It was answered.
        Answered = "answered", "Answered";
        /// It is spam.
        Spam = "spam", "Spam";
    }
}

/// A stored enquiry.
#[derive(Debug, Clone)]
pub struct Enquiry {
    /// Its number.
    pub id: i64,
    /// The listing, which may be deleted.
    pub property: PropertyId,
    /// The listing's title at that time.
    pub property_title: String,
    /// The visitor's name.
    pub name: String,
    /// Their email address.
    pub email: String,
    /// Their phone number; may be empty.
    pub phone: String,
    /// The message.
    pub message: String,
    /// Whether they want to see the property.
    pub viewing: bool,
    /// The state.
    pub state: EnquiryState,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// The user who last changed its state; empty if it was not changed.
    pub changed_by: String,
    /// When its state was last changed.
    pub changed_at: Option<DateTime<Utc>>,
}

impl Enquiry {
    /// A `mailto:` link for an answer, with a subject and the quoted message.
    pub fn answer(&self) -> String {
        let quote: Vec<_> = self.message.lines().map(|line| format!("> {line}")).collect();
        let body = format!("\r\n\r\n{} wrote:\r\n{}\r\n", self.name, quote.join("\r\n"));
        let encode = |text: &str| {
            form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
        };
        let (to, subject) =
            (encode(&self.email).replace("%40", "@"), format!("Re: {}", self.property_title));
        format!("mailto:{to}?subject={}&body={}", encode(&subject), encode(&body))
    }
}

/// The filter of the inbox.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnquiryFilter {
    /// The state; all if absent.
    pub state: Option<EnquiryState>,
    /// The listing; all if absent.
    pub listing: Option<i64>,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
    /// The page, from 0.
    pub page: u16,
}

impl EnquiryFilter {
    /// Reads a query string; unknown parameters are ignored.
    ///
    /// # Errors
    /// The errors of each field.
    pub fn parse(text: &str) -> Result<Self, FieldErrors> {
        let (mut filter, mut errors) = (Self::default(), FieldErrors::new());
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match &*name {
                "state" => {
                    filter.state = EnquiryState::named(value);
                    if filter.state.is_none() {
                        let allowed = one_of(EnquiryState::ALL.into_iter().map(EnquiryState::name));
                        let message = format!("“{}” is not a state. Use {allowed}.", quoted(value));
                        errors.add("state", message);
                    }
                }
                "listing" => match value.parse() {
                    Ok(id) if id > 0 => filter.listing = Some(id),
                    _ => errors.add(
                        "listing",
                        format!("“{}” is not the number of a listing.", quoted(value)),
                    ),
                },
                "from" => filter.from = errors.check("from", day(value)),
                "to" => filter.to = errors.check("to", day(value)),
                "page" => {
                    let page = errors.check("page", whole_number(value, MAX_PAGE));
                    filter.page = page.map_or(0, |page| page - 1);
                }
                _ => {}
            }
        }
        errors.into_result(filter)
    }

    /// The query string of a page of the same list.
    pub fn at(&self, page: u16) -> String {
        query_string([
            ("state", self.state.map(|state| state.name().to_owned())),
            ("listing", self.listing.map(|id| id.to_string())),
            ("from", self.from.map(|day| day.to_string())),
            ("to", self.to.map(|day| day.to_string())),
            ("page", (page > 1).then(|| page.to_string())),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(name: &str, email: &str, phone: &str, message: &str) -> EnquiryForm {
        let [name, email, phone, message] = [name, email, phone, message].map(str::to_owned);
        EnquiryForm { name, email, phone, message, ..EnquiryForm::default() }
    }

    #[test]
    fn each_wrong_field_has_a_message() {
        assert!(form("Ann", "ann@homes.example", "", "Is it free?").parse().is_ok());
        assert!(form("Ann", "ann@homes.example", "+44 (131) 496-0000", "a\r\nb").parse().is_ok());
        let errors = form("", "x", "call me", " ").parse().expect_err("four errors");
        let fields: Vec<_> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["email", "message", "name", "phone"]);
        for name in ["a\nb", "\u{202e}x", "a\0", &"x".repeat(101)] {
            assert!(form(name, "ann@homes.example", "", "x").parse().is_err(), "{name:?}");
        }
        assert!(form("Ann", "ann@homes.example", "", &"x".repeat(5001)).parse().is_err());
    }

    #[test]
    fn a_filter_is_read_and_written() {
        let text = "state=new&listing=7&from=2026-01-02&to=2026-01-31&page=2&utm=x";
        let filter = EnquiryFilter::parse(text).expect("valid");
        assert_eq!(filter.at(2), "state=new&listing=7&from=2026-01-02&to=2026-01-31&page=2");
        let errors = EnquiryFilter::parse("state=x&listing=0&from=x&page=0").expect_err("wrong");
        assert_eq!(errors.iter().count(), 4);
    }
}
