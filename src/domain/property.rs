//! A listing.

use std::fmt;

use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize, Serialize};

use super::{Description, Location, Price, PropertyId, Title};

/// A listing as it is in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// Its number.
    pub id: PropertyId,
    /// Its headline.
    pub title: Title,
    /// Its full text.
    pub description: Description,
    /// What it costs.
    pub price: Price,
    /// Where it is.
    pub location: Location,
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
}

/// What an editor writes; the database adds the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProperty {
    /// Its headline.
    pub title: Title,
    /// Its full text.
    pub description: Description,
    /// What it costs.
    pub price: Price,
    /// Where it is.
    pub location: Location,
}

impl NewProperty {
    /// Whether a listing is just so.
    pub fn is(&self, property: &Property) -> bool {
        let Property {
            title,
            description,
            price,
            location,
            ..
        } = property;
        (&self.title, &self.description, &self.price, &self.location)
            == (title, description, price, location)
    }

    /// The listing that it would be, under a number.
    pub fn as_property(
        self,
        id: PropertyId,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
    ) -> Property {
        let Self {
            title,
            description,
            price,
            location,
        } = self;
        Property {
            id,
            title,
            description,
            price,
            location,
            created_at,
            updated_at,
        }
    }
}

/// The version of a row that a form was opened with: the microseconds of `updated_at`, which the database moves strictly forward
/// on every change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(pub i64);

impl Version {
    /// The time of the change that made it; `None` for a number that is no time.
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
