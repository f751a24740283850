//! The form that creates or edits a listing, before validation.

use serde_json::Value;

use super::{
    Description, FACT_COUNT, FACTS, Fact, FactValue, Facts, FieldErrors, GROUPS, Location,
    NewProperty, Price, Property, REQUIRED, Title,
};

/// The text of each field, so that an invalid form can be shown again as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PropertyForm([String; FACT_COUNT]);

impl PropertyForm {
    /// The fields, in the order in which they are shown.
    pub const FIELDS: [&'static str; FACT_COUNT] = {
        let mut names = [""; FACT_COUNT];
        let mut at = 0;
        while at < names.len() {
            names[at] = FACTS[at].name;
            at += 1;
        }
        names
    };

    /// The form with these values, in the order of the fields.
    pub fn new(values: [String; FACT_COUNT]) -> Self {
        Self(values)
    }

    /// A field's value; empty for an unknown field.
    pub fn get(&self, field: &str) -> &str {
        let mut fields = self.fields();
        let found = fields.find(|(fact, _)| fact.name == field);
        found.map_or("", |(_, value)| value)
    }

    /// Each field with its value.
    pub fn fields(&self) -> impl Iterator<Item = (&'static Fact, &str)> {
        FACTS.iter().zip(self.0.iter().map(String::as_str))
    }

    /// The fields in their groups, each with its value.
    pub fn groups(&self) -> Vec<(&'static str, Vec<(&'static Fact, &str)>)> {
        let group = |(title, names): (&'static str, &[&str])| {
            let named = names.iter().filter_map(|name| Some((Fact::named(name)?, self.get(name))));
            (title, named.collect::<Vec<_>>())
        };
        let mut groups: Vec<_> = GROUPS.into_iter().map(group).collect();
        let is_named = |fact: &Fact| GROUPS.iter().any(|(_, names)| names.contains(&fact.name));
        let rest = self.fields().filter(|(fact, _)| fact.kind.is_field() && !is_named(fact));
        if let Some((_, last)) = groups.last_mut() {
            last.extend(rest);
        }
        groups
    }

    /// A form with values that a function returns for the fields' names.
    pub fn from_fields(value: impl Fn(&'static str) -> String) -> Self {
        Self(Self::FIELDS.map(value))
    }

    /// A form with only the required fields.
    pub fn required(title: &str, description: &str, price: &str, location: &str) -> Self {
        let values: [_; REQUIRED] = [title, description, price, location];
        let value = |at: usize| values.get(at).map_or_else(String::new, |text| (*text).into());
        Self(std::array::from_fn(value))
    }

    /// The form of a row in the database's JSON; absent fields are empty.
    pub fn of_json(row: &Value) -> Self {
        let text = |fact: &Fact| row.get(fact.name).map(|value| fact.text_of_json(value));
        Self(std::array::from_fn(|at| text(&FACTS[at]).unwrap_or_default()))
    }

    /// The form of a whole row that is older than a fact with a default: the fact gets its default.
    pub fn with_defaults(mut self) -> Self {
        for (fact, text) in FACTS.iter().zip(&mut self.0) {
            if let Some(default) = fact.default.filter(|_| text.is_empty()) {
                *text = default.to_owned();
            }
        }
        self
    }

    /// The form as it would be after storing and reading it.
    pub fn normal(&self) -> Self {
        Self(std::array::from_fn(|at| FACTS[at].normal(&self.0[at])))
    }

    /// The form of a stored listing.
    pub fn of(property: &Property) -> Self {
        let text = |value: Option<FactValue<'_>>| value.map(|value| value.to_string());
        Self(property.values().map(|value| text(value).unwrap_or_default()))
    }

    /// Checks every field and every combination of fields.
    pub fn parse(&self) -> Result<NewProperty, FieldErrors> {
        self.parse_given(|_| true)
    }

    /// Checks every field, and the combinations whose fields are all given.
    pub fn parse_given(&self, given: impl Fn(&str) -> bool) -> Result<NewProperty, FieldErrors> {
        let mut errors = FieldErrors::new();
        let title = errors.check("title", Title::parse(self.get("title")));
        let description = errors.check("description", Description::parse(self.get("description")));
        let price = errors.check("price", Price::parse(self.get("price")));
        let location = errors.check("location", Location::parse(self.get("location")));
        let facts = Facts::parse(|field| self.get(field), &mut errors);
        facts.check_together(given, &mut errors);
        match (title, description, price, location) {
            (Some(title), Some(description), Some(price), Some(location)) if errors.is_empty() => {
                Ok(NewProperty { title, description, price, location, facts })
            }
            _ => Err(errors),
        }
    }
}
