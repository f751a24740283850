//! The submitted form that creates or edits a property, before validation.

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
    /// The fields, in the order in which they are shown.
    pub const FIELDS: [&'static str; 4] = ["title", "description", "price", "location"];

    /// A field's value; empty for a field that there is not.
    pub fn get(&self, field: &str) -> &str {
        match field {
            "title" => &self.title,
            "description" => &self.description,
            "price" => &self.price,
            "location" => &self.location,
            _ => "",
        }
    }

    /// The form with each field's value by its name.
    pub fn from_fields(value: impl Fn(&'static str) -> String) -> Self {
        Self {
            title: value("title"),
            description: value("description"),
            price: value("price"),
            location: value("location"),
        }
    }

    /// The form as it would be read back from the database; a field that could not be saved stays as it was typed, but
    /// for the space around it.
    pub fn normal(&self) -> Self {
        let saved = |field: &str| {
            let text = self.get(field);
            match field {
                "title" => Title::parse(text).ok().map(|title| title.to_string()),
                "description" => Description::parse(text).ok().map(|text| text.to_string()),
                "price" => Price::parse(text).ok().map(|price| price.to_string()),
                _ => Location::parse(text).ok().map(|place| place.to_string()),
            }
        };
        Self::from_fields(|field| saved(field).unwrap_or_else(|| self.get(field).trim().to_owned()))
    }

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
