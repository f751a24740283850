//! The facts of a listing in words, for readers.

use super::{Fact, FactValue, ON_APPLICATION, Price, Property, Status, presentation};

/// The optional facts that a listing's page does not show in its table, because they are shown elsewhere or are for
/// programs.
const ELSEWHERE: [&str; 6] =
    ["status", "price_period", "price_qualifier", "latitude", "longitude", "features"];

impl Property {
    /// The price, unless the listing hides it.
    pub fn public_price(&self) -> Option<Price> {
        let is_hidden = self.facts.text("price_qualifier") == Some(ON_APPLICATION);
        (!is_hidden).then_some(self.price)
    }

    /// The value of a fact as visitors may know it; `None` where it is absent or hidden.
    pub fn public_value(&self, fact: &Fact) -> Option<FactValue<'_>> {
        match fact.is_price() {
            true => self.public_price().map(FactValue::Price),
            false => self.value(fact),
        }
    }

    /// The price in words, such as “Offers over £450,000” or “£1,200 per month”.
    pub fn price_words(&self) -> String {
        let Some(price) = self.public_price() else {
            return "Price on application".to_owned();
        };
        let label = |name| self.label(name);
        let qualifier = label("price_qualifier").map(|words| format!("{words} "));
        let period = label("price_period").map(|words| format!(" {words}"));
        let price = presentation().price(price);
        format!("{}{price}{}", qualifier.unwrap_or_default(), period.unwrap_or_default())
    }

    /// The rooms and the area, such as “2 bedrooms · 1 bathroom · 65 m²”; empty if none is known.
    pub fn key_facts(&self) -> String {
        let rooms = |name: &str, word: &str| match self.facts.get(name)? {
            FactValue::Integer(1) => Some(format!("1 {word}")),
            FactValue::Integer(number) => Some(format!("{number} {word}s")),
            _ => None,
        };
        let facts = [
            rooms("bedrooms", "bedroom"),
            rooms("bathrooms", "bathroom"),
            self.label("floor_area"),
        ];
        facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    /// The status as readers see it: “Under offer”, “Sold”, “Let” or “Sold or let”; `None` for a listing on the market.
    pub fn badge(&self) -> Option<&'static str> {
        match (self.status(), self.facts.text("listing_type")) {
            (Status::Active, _) => None,
            (Status::Closed, Some("rent")) => Some("Let"),
            (Status::Closed, Some(_)) => Some("Sold"),
            (status, _) => Some(status.label()),
        }
    }

    /// The features, in their order.
    pub fn features(&self) -> Vec<String> {
        match self.facts.get("features") {
            Some(FactValue::List(items)) => items.into_owned(),
            _ => Vec::new(),
        }
    }

    /// The facts for the table on a listing's page, each with its value for readers.
    pub fn shown_facts(&self) -> impl Iterator<Item = (&'static Fact, String)> {
        self.facts.shown().filter(|(fact, _)| !ELSEWHERE.contains(&fact.name))
    }

    /// Whether any part of the address is known.
    pub fn has_address(&self) -> bool {
        self.shown_facts().any(|(fact, _)| fact.is_address())
    }

    /// A fact's value for readers.
    fn label(&self, name: &str) -> Option<String> {
        let (fact, value) = self.facts.iter().find(|(fact, _)| fact.name == name)?;
        Some(fact.kind.shown(&value?))
    }
}
