//! How the site presents itself and its values: its name, its currency, its unit of areas, its time zone.
//!
//! A process serves one site, so this is set once at the start, before any page is rendered.

use std::sync::OnceLock;

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use iso_currency::Currency;

use super::local_time::time_of;
use super::{AreaUnit, Price};

/// The site's name, contact details and units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presentation {
    /// The name in the page header, titles and feeds.
    pub site_name: String,
    /// The agency's email address.
    pub contact_email: Option<String>,
    /// The agency's telephone number.
    pub contact_phone: Option<String>,
    /// The currency of prices; `None` shows plain numbers.
    pub currency: Option<Currency>,
    /// The unit in which areas are shown and entered.
    pub area_unit: AreaUnit,
    /// The time zone of dates and times.
    pub time_zone: Tz,
    /// Whether lists lead to alerts.
    pub has_alerts: bool,
}

impl Default for Presentation {
    fn default() -> Self {
        Self {
            site_name: "Property Listings".to_owned(),
            contact_email: None,
            contact_phone: None,
            currency: None,
            area_unit: AreaUnit::default(),
            time_zone: Tz::UTC,
            has_alerts: false,
        }
    }
}

static PRESENTATION: OnceLock<Presentation> = OnceLock::new();

/// The presentation of this process's site.
pub fn presentation() -> &'static Presentation {
    PRESENTATION.get_or_init(Presentation::default)
}

impl Presentation {
    /// Sets the presentation of this process, unless it is set.
    pub fn install(self) {
        // A process that runs several sites, such as a test, keeps the first.
        let _ = PRESENTATION.set(self);
    }

    /// The code of the currency.
    pub fn currency_code(&self) -> Option<&'static str> {
        self.currency.map(|currency| currency.code())
    }

    /// A time by the site's clocks.
    pub fn local(&self, at: DateTime<Utc>) -> DateTime<Tz> {
        at.with_timezone(&self.time_zone)
    }

    /// The beginning of a day by the site's clocks.
    pub fn beginning_of(&self, day: NaiveDate) -> DateTime<Utc> {
        time_of(day, 0, self.time_zone)
    }

    /// The end of a day by the site's clocks; `None` after the last day that there is.
    pub fn end_of(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        day.checked_add_days(Days::new(1)).map(|next| self.beginning_of(next))
    }

    /// The day now by the site's clocks.
    pub fn today(&self) -> NaiveDate {
        self.local(Utc::now()).date_naive()
    }

    /// A price with the currency's sign, such as “£1,234.50”; decimals are left out where they are zero.
    pub fn price(&self, price: Price) -> String {
        let number = price.grouped();
        let Some(currency) = self.currency else {
            return number;
        };
        let sign = currency.symbol().to_string();
        // A sign of letters, such as CHF, is followed by a space.
        let space = if sign.ends_with(char::is_alphabetic) { "\u{a0}" } else { "" };
        let places = usize::from(currency.exponent().unwrap_or(2));
        let number = match number.split_once('.') {
            Some((whole, cents)) => format!("{whole}.{cents:0<places$}"),
            None => number,
        };
        format!("{sign}{space}{number}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_has_the_sign_and_the_decimals_of_its_currency() {
        for (code, price, want) in [
            (Some("GBP"), "1200", "£1,200"),
            (Some("GBP"), "1234.5", "£1,234.50"),
            (Some("EUR"), "250000", "€250,000"),
            (Some("JPY"), "98000000", "¥98,000,000"),
            (Some("KWD"), "1.25", "د.ك\u{a0}1.250"),
            (None, "1234.5", "1,234.50"),
        ] {
            let currency = code.map(|code| Currency::from_code(code).expect("a currency"));
            let site = Presentation { currency, ..Presentation::default() };
            assert_eq!(site.price(Price::parse(price).expect("a price")), want);
        }
    }
}
