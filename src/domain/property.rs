//! A listing.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Description, FACT_COUNT, FACTS, Fact, FactValue, Facts, Location, Price, PropertyId, REQUIRED,
    Status, Title,
};

/// A listing as it is in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// Its number.
    pub id: PropertyId,
    /// Its headline.
    pub title: Title,
    /// Its full text.
    pub description: Description,
    /// The price.
    pub price: Price,
    /// The location.
    pub location: Location,
    /// The optional facts.
    pub facts: Facts,
    /// When it was added; set once by the database.
    pub created_at: DateTime<Utc>,
    /// When it last changed; set by the database on every change.
    pub updated_at: DateTime<Utc>,
}

impl Property {
    /// The state that an edit of this property starts from.
    pub fn version(&self) -> Version {
        Version(self.updated_at.timestamp_micros())
    }

    /// Its status.
    pub fn status(&self) -> Status {
        self.facts.text("status").and_then(Status::named).unwrap_or_default()
    }

    /// Whether both are for sale or both to rent, as far as they say.
    pub fn is_offered_like(&self, other: &Self) -> bool {
        !self.differs(other, "listing_type")
    }

    /// How different another listing is by its facts: another type counts more than any number of bedrooms. What either of
    /// them does not say counts as alike.
    pub fn unlike(&self, other: &Self) -> u32 {
        let bedrooms = |property: &Self| match property.facts.get("bedrooms") {
            Some(FactValue::Integer(number)) => Some(number),
            _ => None,
        };
        let rooms = bedrooms(self).zip(bedrooms(other));
        let rooms = rooms.map_or(0, |(own, other)| own.abs_diff(other));
        100 * u32::from(self.differs(other, "property_type")) + rooms
    }

    /// Whether both have a fact that is a text, and not the same.
    fn differs(&self, other: &Self, fact: &str) -> bool {
        let texts = self.facts.text(fact).zip(other.facts.text(fact));
        texts.is_some_and(|(own, other)| own != other)
    }

    /// The facts that similar listings are chosen by, as a text.
    pub fn likeness(&self) -> String {
        let fact = |name| self.facts.get(name).map_or_else(String::new, |value| value.to_string());
        ["listing_type", "property_type", "bedrooms"].map(fact).join("/")
    }

    /// The value of a fact; `None` where it is absent.
    pub fn value(&self, fact: &Fact) -> Option<FactValue<'_>> {
        let values = FACTS.iter().zip(self.values());
        values.filter(|(other, _)| *other == fact).find_map(|(_, value)| value)
    }
}

/// The values of a listing that an editor enters; the database adds the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProperty {
    /// Its headline.
    pub title: Title,
    /// Its full text.
    pub description: Description,
    /// The price.
    pub price: Price,
    /// The location.
    pub location: Location,
    /// The optional facts.
    pub facts: Facts,
}

/// The values of all facts, in the order of the declaration.
pub type FactValues<'a> = [Option<FactValue<'a>>; FACT_COUNT];

macro_rules! fact_values {
    ($type:ty) => {
        impl $type {
            /// The values of all facts.
            pub fn values(&self) -> FactValues<'_> {
                let text = |text| Some(FactValue::Text(Cow::Borrowed(text)));
                let required: [_; REQUIRED] = [
                    text(self.title.as_str()),
                    text(self.description.as_str()),
                    Some(FactValue::Price(self.price)),
                    text(self.location.as_str()),
                ];
                let optional = self.facts.iter().map(|(_, value)| value);
                let mut values = required.into_iter().chain(optional);
                std::array::from_fn(|_| values.next().flatten())
            }
        }
    };
}
fact_values!(Property);
fact_values!(NewProperty);

impl NewProperty {
    /// Whether a listing has exactly these values.
    pub fn is(&self, property: &Property) -> bool {
        self.values() == property.values()
    }

    /// The listing that it would be with a number.
    pub fn as_property(
        self,
        id: PropertyId,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
    ) -> Property {
        let Self { title, description, price, location, facts } = self;
        Property { id, title, description, price, location, facts, created_at, updated_at }
    }
}

/// The version of a row when a form was opened: the microseconds of `updated_at`, which the database increases on every
/// change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(pub i64);

impl Version {
    /// The time of the change that made this version; `None` for a number that is not a time.
    pub fn time(self) -> Option<DateTime<Utc>> {
        let time = DateTime::from_timestamp_micros(self.0)?;
        (1..=9999).contains(&time.year()).then_some(time)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
