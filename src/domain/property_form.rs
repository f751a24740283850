//! The form that creates or edits a property, as somebody typed it.

use serde::Deserialize;

use super::{Description, FieldErrors, Location, NewProperty, Price, Property, Title};

/// Raw input of each field; kept so that a refused form can be shown again as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PropertyForm {
    /// Typed into `title`.
    pub title: String,
    /// Typed into `description`.
    pub description: String,
    /// Typed into `price`.
    pub price: String,
    /// Typed into `location`.
    pub location: String,
}

impl PropertyForm {
    /// The form filled from a property.
    pub fn of(property: &Property) -> Self {
        Self {
            title: property.title.to_string(),
            description: property.description.to_string(),
            price: property.price.to_string(),
            location: property.location.to_string(),
        }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// All wrong fields at once, each with what is allowed.
    pub fn parse(&self) -> Result<NewProperty, FieldErrors> {
        let mut errors = FieldErrors::new();
        let title = errors.check("title", Title::parse(&self.title));
        let description = errors.check("description", Description::parse(&self.description));
        let price = errors.check("price", Price::parse(&self.price));
        let location = errors.check("location", Location::parse(&self.location));
        match (title, description, price, location) {
            (Some(title), Some(description), Some(price), Some(location)) => Ok(NewProperty {
                title,
                description,
                price,
                location,
            }),
            _ => Err(errors),
        }
    }
}
