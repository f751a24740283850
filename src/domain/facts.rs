//! The facts of a listing. Each is declared once, here; its column in every statement, its field in the form, its column
//! in files, its key in JSON and its place in the history are derived from the declaration.
//!
//! To add a fact of a known kind: add it to [`FACTS`], and its column to the table by a migration. To let lists be filtered
//! or sorted by it: declare the names of the parameters and orders, and add an index on its column and `id`.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::text::is_absent;
use super::{Description, FactKind, FactValue, FieldErrors, Location, Photo, Title};

/// A fact that listings may have.
#[derive(Debug)]
pub struct Fact {
    /// The column in the database, the key in JSON, the field of the form and the column in files.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What its values may be.
    pub kind: FactKind,
    /// Its name in the RESO Data Dictionary 2.0.
    pub reso: Option<&'static str>,
    /// The help text below its field of the form.
    pub help: &'static str,
    /// How lists can be filtered by it.
    pub filter: Option<FilterKind>,
    /// The names of the orders by it in URLs, the least values first and the greatest values first. Listings without it
    /// are the last in both.
    pub sort: Option<[&'static str; 2]>,
}

/// Facts are equal by their names, of which each is declared once.
impl PartialEq for Fact {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Fact {}

/// How lists can be filtered by a fact.
#[derive(Debug, Clone, Copy)]
pub enum FilterKind {
    /// By bounds: the names of the parameters for the least and for the greatest value.
    Range([&'static str; 2]),
}

/// All facts. Every listing has the first [`REQUIRED`]; these are also fields of [`super::Property`].
pub const FACTS: &[Fact] = &[
    Fact {
        name: "title",
        label: "Title",
        kind: FactKind::Text { max_chars: Title::MAX_CHARS },
        reso: None,
        help: "Up to 200 characters.",
        filter: None,
        sort: None,
    },
    Fact {
        name: "description",
        label: "Description",
        kind: FactKind::Prose { max_chars: Description::MAX_CHARS },
        reso: Some("PublicRemarks"),
        help: "Plain text, up to 20,000 characters. A blank line starts a new paragraph.",
        filter: None,
        sort: None,
    },
    Fact {
        name: "price",
        label: "Price",
        kind: FactKind::Price,
        reso: Some("ListPrice"),
        help: "From 0 to 99,999,999.99, for example 250000 or 1,234.50.",
        filter: Some(FilterKind::Range(["min_price", "max_price"])),
        sort: Some(["price", "-price"]),
    },
    Fact {
        name: "location",
        label: "Location",
        kind: FactKind::Text { max_chars: Location::MAX_CHARS },
        reso: Some("City"),
        help: "Up to 100 characters. Choose a suggested location where possible, because listings with the same location are grouped.",
        filter: None,
        sort: None,
    },
    Fact {
        name: "year_built",
        label: "Year built",
        kind: FactKind::Integer { min: 1000, max: 2100 },
        reso: Some("YearBuilt"),
        help: "A year from 1000 to 2100.",
        filter: None,
        sort: None,
    },
    Fact {
        name: "photos",
        label: "Photos",
        kind: FactKind::Photos,
        reso: Some("Media"),
        help: "",
        filter: None,
        sort: None,
    },
];

/// How many facts every listing has: the first ones.
pub const REQUIRED: usize = 4;

const OPTIONAL: usize = FACTS.len() - REQUIRED;

/// The facts that a listing need not have.
pub fn optional_facts() -> &'static [Fact] {
    &FACTS[REQUIRED..]
}

/// The facts that lists can be sorted by.
pub fn sorted_facts() -> impl Iterator<Item = &'static Fact> {
    FACTS.iter().filter(|fact| fact.sort.is_some())
}

impl Fact {
    /// The fact of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FACTS.iter().find(|fact| fact.name == name)
    }

    /// Whether every listing has it.
    pub fn is_required(&self) -> bool {
        FACTS[..REQUIRED].contains(self)
    }

    /// Reads a value as people write it; `None` for a text that says nothing, where the fact is optional.
    ///
    /// # Errors
    /// A message that says what is allowed.
    pub fn parse(&self, text: &str) -> Result<Option<FactValue<'static>>, String> {
        match is_absent(text) && !self.is_required() {
            true => Ok(None),
            false => self.kind.parse(text).map(Some),
        }
    }

    /// A text as it would be read back from the database; one that could not be saved stays as it is, but for the space
    /// around it.
    pub fn normal(&self, text: &str) -> String {
        match self.parse(text) {
            Ok(value) => value.map_or_else(String::new, |value| value.to_string()),
            Err(_) => text.trim().to_owned(),
        }
    }

    /// The text of a value in JSON as the database writes it; empty where there is none.
    pub fn text_of_json(&self, json: &Value) -> String {
        match json {
            Value::String(text) if self.kind.is_field() => text.clone(),
            Value::String(text) => self.normal(text),
            Value::Array(_) => self.normal(&json.to_string()),
            Value::Number(number) => self.normal(&number.to_string()),
            _ => String::new(),
        }
    }
}

/// The values of the optional facts, in the order of the declaration.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Facts([Option<FactValue<'static>>; OPTIONAL]);

impl Facts {
    /// The values that a source has for each optional fact.
    ///
    /// # Errors
    /// The source's first.
    pub fn read<E>(
        mut value: impl FnMut(&'static Fact) -> Result<Option<FactValue<'static>>, E>,
    ) -> Result<Self, E> {
        let mut facts = Self::default();
        for (fact, slot) in optional_facts().iter().zip(&mut facts.0) {
            *slot = value(fact)?;
        }
        Ok(facts)
    }

    /// Reads the values as people write them; notes what is wrong.
    pub fn parse<'a>(text: impl Fn(&str) -> &'a str, errors: &mut FieldErrors) -> Self {
        let parsed = |fact: &'static Fact| {
            let value = errors.check(fact.name, fact.parse(text(fact.name)));
            Ok::<_, std::convert::Infallible>(value.flatten())
        };
        match Self::read(parsed) {
            Ok(facts) => facts,
            Err(never) => match never {},
        }
    }

    /// Each optional fact with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Fact, Option<FactValue<'_>>)> {
        let values = self.0.iter().map(|value| value.as_ref().map(FactValue::as_ref));
        optional_facts().iter().zip(values)
    }

    /// The facts that the listing has, each with its value for readers.
    pub fn shown(&self) -> impl Iterator<Item = (&'static Fact, String)> {
        let fields = self.iter().filter(|(fact, _)| fact.kind.is_field());
        fields.filter_map(|(fact, value)| Some((fact, value?.shown())))
    }

    /// The photos.
    pub fn photos(&self) -> &[Photo] {
        let found = self.0.iter().find_map(|value| match value {
            Some(FactValue::Photos(photos)) => Some(photos.as_slice()),
            _ => None,
        });
        found.unwrap_or_default()
    }

    /// As part of a JSON object: a key for each optional fact that is wanted, `null` where it is absent.
    pub fn json(&self, is_wanted: fn(&Fact) -> bool) -> FactsJson<'_> {
        FactsJson(self, is_wanted)
    }
}

/// See [`Facts::json`].
#[derive(Debug)]
pub struct FactsJson<'a>(&'a Facts, fn(&Fact) -> bool);

impl Serialize for FactsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (fact, value) in self.0.iter().filter(|(fact, _)| (self.1)(fact)) {
            map.serialize_entry(fact.name, &value.map(|value| value.json()))?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_begins_with_the_fields_of_a_listing_and_no_name_is_used_twice() {
        let names: Vec<_> = FACTS.iter().map(|fact| fact.name).collect();
        assert_eq!(names[..REQUIRED], ["title", "description", "price", "location"]);
        let own = ["id", "created_at", "updated_at", "url", "search", "location_folded"];
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name) && !own.contains(name), "{name}");
            let is_plain = |b: u8| b.is_ascii_lowercase() || b == b'_';
            assert!(name.bytes().all(is_plain), "{name} is a column as it is");
        }
    }

    #[test]
    fn an_optional_fact_may_be_absent_and_a_required_one_may_not() {
        for fact in FACTS {
            assert_eq!(fact.parse(" ").is_ok(), !fact.is_required(), "{}", fact.name);
        }
    }
}
