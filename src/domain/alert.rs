//! Alerts: mails about listings that a list would show, and what is reported of a listing.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::field_errors::{one_of, quoted, shown_again};
use super::named::named;
use super::{AlertQuery, EmailAddress, FieldErrors, ON_APPLICATION, Price, PropertyId, Status};

/// The number of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertId(pub i64);

named! {
    /// How often an alert's mails are sent.
    pub enum Frequency, label {
        /// Within a minute.
        Instant = "instant", "At once";
        /// At 07:00.
        Daily = "daily", "Once a day";
        /// On Mondays at 07:00.
        Weekly = "weekly", "Once a week";
    }
}

impl Frequency {
    /// Reads a form's field.
    ///
    /// # Errors
    /// A message that names what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::named(text.trim()).ok_or_else(|| {
            let allowed = one_of(Self::ALL.into_iter().map(Self::name));
            format!("“{}” is not a frequency. Use {allowed}.", quoted(text.trim()))
        })
    }
}

named! {
    /// The state of an alert, which decides whether its mails are sent.
    pub enum AlertState, label {
        /// Its reader has not confirmed it yet: no mail but the one that asks for this.
        Unconfirmed = "unconfirmed", "Not confirmed";
        /// Mails are sent.
        Active = "active", "Active";
        /// Its reader has paused it.
        Paused = "paused", "Paused";
        /// The mailbox's server has refused a mail for good.
        Refused = "refused", "Mail refused";
    }
}

/// An alert.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Its number.
    pub id: AlertId,
    /// Where its mails go.
    pub email: String,
    /// The list; `None` where this release can't read it.
    pub query: Option<AlertQuery>,
    /// How often its mails are sent.
    pub frequency: Frequency,
    /// Whether they are.
    pub state: AlertState,
    /// When it was asked for first.
    pub created_at: DateTime<Utc>,
}

/// What a visitor asks for.
#[derive(Debug, Clone)]
pub struct NewAlert {
    /// Where mails go.
    pub email: EmailAddress,
    /// How often.
    pub frequency: Frequency,
    /// The list.
    pub query: AlertQuery,
}

/// The form as it was typed.
#[derive(Debug, Clone, Default)]
pub struct AlertForm {
    /// The address.
    pub email: String,
    /// The name of the frequency; the form shows a daily one if it is empty.
    pub frequency: String,
}

impl AlertForm {
    /// Checks the fields.
    ///
    /// # Errors
    /// What is wrong with each.
    pub fn parse(&self, query: AlertQuery) -> Result<NewAlert, FieldErrors> {
        let mut errors = FieldErrors::new();
        let email = errors.check("email", EmailAddress::parse(&self.email));
        let frequency = errors.check("frequency", Frequency::parse(&self.frequency));
        match (email, frequency) {
            (Some(email), Some(frequency)) => Ok(NewAlert { email, frequency, query }),
            _ => Err(errors),
        }
    }

    /// The form with as much of what was typed as is shown again.
    #[must_use]
    pub fn shown_again(&self) -> Self {
        Self { email: shown_again(&self.email), frequency: shown_again(&self.frequency) }
    }

    /// Whether the form shows a frequency as chosen.
    pub fn is_chosen(&self, frequency: Frequency) -> bool {
        Frequency::named(self.frequency.trim()).unwrap_or(Frequency::Daily) == frequency
    }
}

named! {
    /// Why a listing is reported.
    #[derive(PartialOrd, Ord)]
    pub enum Reason {
        /// It was listed for the first time.
        New = "new";
        /// It can be had again: it was sold, let, under offer or withdrawn.
        Back = "back";
        /// It costs less than before.
        Reduced = "reduced";
    }
}

impl Reason {
    /// What is to be reported of a listing, by its states before and after; `None` where that is nothing. A hidden price is
    /// not reported as reduced, nor one that stands for something else than before.
    pub fn of(before: Option<&MarketState>, after: Option<&MarketState>) -> Option<Self> {
        let after = after.filter(|after| after.status.is_listed())?;
        let Some(before) = before.filter(|before| before.status != Status::Draft) else {
            return Some(Self::New);
        };
        if after.status == Status::Active && before.status != Status::Active {
            return Some(Self::Back);
        }
        let is_reduced = before.status.is_listed()
            && before.shows_price()
            && after.shows_price()
            && (&before.listing_type, &before.price_period)
                == (&after.listing_type, &after.price_period)
            && after.price < before.price;
        is_reduced.then_some(Self::Reduced)
    }
}

/// What decides whether a listing is reported. Events from before there were alerts have only price and status.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MarketState {
    /// Its price.
    pub price: Price,
    /// Its status.
    #[serde(default)]
    pub status: Status,
    /// How its price is meant.
    #[serde(default)]
    pub price_qualifier: Option<String>,
    /// Whether it is for sale or to rent.
    #[serde(default)]
    pub listing_type: Option<String>,
    /// How often the price is paid.
    #[serde(default)]
    pub price_period: Option<String>,
}

impl MarketState {
    fn shows_price(&self) -> bool {
        self.price_qualifier.as_deref() != Some(ON_APPLICATION)
    }
}

/// A listing that alerts may report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The listing.
    pub id: PropertyId,
    /// Why.
    pub reason: Reason,
    /// Of a reduced listing, its price before.
    pub price_before: Option<Price>,
}

/// A listing that an alert has found and no mail has reported.
#[derive(Debug, Clone)]
pub struct AlertMatch {
    /// Its number.
    pub id: i64,
    /// The listing.
    pub property: PropertyId,
    /// Why.
    pub reason: Reason,
    /// Of a reduced listing, its price before.
    pub price_before: Option<Price>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(text: &str) -> Option<MarketState> {
        let mut parts = text.split(' ');
        let price = Price::parse(parts.next()?).ok()?;
        let status = parts.next().and_then(Status::named)?;
        let mut rest = parts.map(|part| (part != "-").then(|| part.to_owned()));
        let mut next = || rest.next().flatten();
        let (price_qualifier, listing_type, price_period) = (next(), next(), next());
        Some(MarketState { price, status, price_qualifier, listing_type, price_period })
    }

    #[test]
    fn new_listings_those_back_on_the_market_and_reduced_prices_are_reported() {
        for (before, after, reason) in [
            ("", "5 active", Some(Reason::New)),
            ("", "5 pending", Some(Reason::New)),
            ("", "5 draft", None),
            ("", "5 closed", None),
            ("5 draft", "5 active", Some(Reason::New)),
            ("5 active", "", None),
            ("5 active", "5 withdrawn", None),
            ("5 active", "5 pending", None),
            ("5 pending", "6 active", Some(Reason::Back)),
            ("5 closed", "4 active", Some(Reason::Back)),
            ("5 withdrawn", "5 active", Some(Reason::Back)),
            ("5 withdrawn", "4 pending", None),
            ("5 active", "4 active", Some(Reason::Reduced)),
            ("5 active", "4 pending", Some(Reason::Reduced)),
            ("5 active", "6 active", None),
            ("5 active", "5 active", None),
            ("5 closed", "4 closed", None),
            ("5 active on_application", "4 active on_application", None),
            ("5 active on_application", "4 active", None),
            ("5 active", "4 active on_application", None),
            ("5 active guide", "4 active from", Some(Reason::Reduced)),
            ("5 active - sale", "4 active - rent", None),
            ("5 active - rent month", "4 active - rent week", None),
            ("5 active - rent month", "4 active - rent month", Some(Reason::Reduced)),
        ] {
            let (was, is) = (state(before), state(after));
            assert_eq!(Reason::of(was.as_ref(), is.as_ref()), reason, "{before} → {after}");
        }
    }

    #[test]
    fn a_state_is_read_from_an_event_of_any_release() {
        let old = serde_json::json!({"title": "A", "price": "5.00", "location_folded": "leith"});
        let old: MarketState = serde_json::from_value(old).expect("a state");
        assert_eq!(Some(old), state("5 active"));
    }

    #[test]
    fn each_wrong_field_has_a_message() {
        let form = AlertForm { email: "x".to_owned(), frequency: "hourly".to_owned() };
        let errors = form.parse(AlertQuery::default()).expect_err("two errors");
        let fields: Vec<_> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["email", "frequency"]);
        assert!(form.is_chosen(Frequency::Daily) && !form.is_chosen(Frequency::Instant));
    }
}
