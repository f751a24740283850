//! The facts of a listing. Each is declared once, here; its column in every statement, its field in the form, its column
//! in files, its key in JSON and its place in the history are derived from the declaration.
//!
//! The declarations are in `declared_facts.rs`. To add a fact of a known kind: add it to [`FACTS`], and its column to the
//! table by a migration. To let lists be filtered or sorted by it: declare the names of the parameters and orders, and add an
//! index on its column and `id`.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::declared_facts::{FACT_COUNT, FACTS, REQUIRED};
use super::fact::Fact;
use super::text::is_absent;
use super::{FactKind, FactValue, FieldErrors, Photo, SEPARATOR, presentation};

const OPTIONAL: usize = FACT_COUNT - REQUIRED;

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

    /// Whether it is the price, which some listings hide from visitors.
    pub fn is_price(&self) -> bool {
        self.kind == FactKind::Price
    }

    /// Whether every listing has it, and shows it to visitors.
    pub fn is_shown_always(&self) -> bool {
        self.is_required() && !self.is_price()
    }

    /// Whether its values are names of places, which forms suggest.
    pub fn is_place(&self) -> bool {
        self.name == "location"
    }

    /// Whether it is part of the address, as on an envelope.
    pub fn is_address(&self) -> bool {
        matches!(self.name, "address" | "postcode")
    }

    /// Whether a listing may lack it.
    pub fn may_be_absent(&self) -> bool {
        !self.is_required() && self.default.is_none()
    }

    /// Its value where none is given.
    fn default_value(&self) -> Option<FactValue<'static>> {
        self.default.map(|value| FactValue::Text(Cow::Borrowed(value)))
    }

    /// Reads a value as people write it. Of an optional fact, a text that says nothing is the default, or else `None`.
    ///
    /// # Errors
    /// A message that says what is allowed.
    pub fn parse(&self, text: &str) -> Result<Option<FactValue<'static>>, String> {
        match is_absent(text) && !self.is_required() {
            true => Ok(self.default_value()),
            false => self.kind.parse(text).map(FactValue::present),
        }
    }

    /// The text of its field of a form for the text of a value.
    pub fn field(&self, text: &str) -> String {
        match self.kind {
            FactKind::List { .. } => text.replace(SEPARATOR, "\n"),
            FactKind::Area => presentation().area_unit.field(text),
            _ => text.to_owned(),
        }
    }

    /// The text of a value for the texts of its fields of a form: a list may have several.
    pub fn typed<'a>(&self, texts: impl Iterator<Item = &'a str>) -> String {
        match self.kind {
            FactKind::List { .. } => {
                let items = texts.flat_map(str::lines).filter(|item| !item.is_empty());
                items.collect::<Vec<_>>().join(&SEPARATOR.to_string())
            }
            FactKind::Area => presentation().area_unit.typed(texts.last().unwrap_or_default()),
            _ => texts.last().unwrap_or_default().to_owned(),
        }
    }

    /// Whether a form shows one of its values as chosen.
    pub fn is_chosen(&self, option: &str, text: &str) -> bool {
        let chosen = self.parse(text).ok().flatten();
        chosen.is_some_and(|chosen| chosen.to_string() == option)
    }

    /// A text as it would be read back from the database; one that could not be saved stays as it is, but for the space
    /// around it.
    pub fn normal(&self, text: &str) -> String {
        match self.parse(text) {
            Ok(value) => value.map_or_else(String::new, |value| value.to_string()),
            Err(_) => text.trim().to_owned(),
        }
    }

    /// The text of a value in JSON as the database writes it, where a list may be the text of an array; empty where there is
    /// none.
    pub fn text_of_json(&self, json: &Value) -> String {
        let is_list = self.kind.is_list();
        match json {
            Value::String(text) if is_list => match serde_json::from_str(text) {
                Ok(items) => FactValue::List(items).to_string(),
                Err(_) => text.clone(),
            },
            Value::String(text) if self.kind.is_field() => text.clone(),
            Value::String(text) => self.normal(text),
            Value::Array(items) if is_list => {
                let items = items.iter().filter_map(Value::as_str).map(str::to_owned);
                FactValue::List(items.collect()).to_string()
            }
            Value::Array(_) => self.normal(&json.to_string()),
            Value::Number(number) => self.normal(&number.to_string()),
            _ => String::new(),
        }
    }
}

/// The values of the optional facts, in the order of the declaration. They are boxed, so that a listing is small to move.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Facts(Box<[Option<FactValue<'static>>; OPTIONAL]>);

/// The facts of a listing of which none is given.
impl Default for Facts {
    fn default() -> Self {
        Self(Box::new(std::array::from_fn(|at| optional_facts()[at].default_value())))
    }
}

impl Facts {
    /// The values that a source has for each optional fact.
    ///
    /// # Errors
    /// The source's first.
    pub fn read<E>(
        mut value: impl FnMut(&'static Fact) -> Result<Option<FactValue<'static>>, E>,
    ) -> Result<Self, E> {
        let mut facts = Self::default();
        for (fact, slot) in optional_facts().iter().zip(facts.0.iter_mut()) {
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

    /// What is wrong with a price period of a listing that is not to rent.
    pub const PERIOD_WITHOUT_RENT: &str = "Only a listing to rent has a price period. Set the listing type to “To rent”, or leave this empty.";
    /// What is wrong with a latitude without a longitude, or the reverse.
    pub const HALF_A_PLACE: &str = "Enter both the latitude and the longitude, or neither.";

    /// Checks facts that belong together, where all of them are given and none is wrong already.
    pub fn check_together(&self, given: impl Fn(&str) -> bool, errors: &mut FieldErrors) {
        let has = |name| self.get(name).is_some();
        let is_to_rent = self.text("listing_type") == Some("rent");
        let missing = if has("latitude") { "longitude" } else { "latitude" };
        let rules = [
            (
                has("price_period") && !is_to_rent,
                ["listing_type", "price_period"],
                ("price_period", Self::PERIOD_WITHOUT_RENT),
            ),
            (
                has("latitude") != has("longitude"),
                ["latitude", "longitude"],
                (missing, Self::HALF_A_PLACE),
            ),
        ];
        for (is_broken, names, (at, message)) in rules {
            let is_known = |name: &&str| given(name) && errors.get(name).is_empty();
            if is_broken && names.iter().all(is_known) {
                errors.add(at, message);
            }
        }
    }

    /// The value of an optional fact; `None` where it is absent.
    pub fn get(&self, name: &str) -> Option<FactValue<'_>> {
        self.iter().find(|(fact, _)| fact.name == name)?.1
    }

    /// The text of an optional fact that is one; `None` where it is absent.
    pub fn text(&self, name: &str) -> Option<&str> {
        let at = optional_facts().iter().position(|fact| fact.name == name)?;
        match &self.0[at] {
            Some(FactValue::Text(text)) => Some(text),
            _ => None,
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
        fields.filter_map(|(fact, value)| Some((fact, fact.kind.shown(&value?))))
    }

    /// The photos.
    pub fn photos(&self) -> &[Photo] {
        let found = self.0.iter().find_map(|value| match value {
            Some(FactValue::Photos(photos)) => Some(photos.as_slice()),
            _ => None,
        });
        found.unwrap_or_default()
    }

    /// As part of a JSON object: a key for each optional fact that is wanted; an absent one is `null`, or an empty list.
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
            map.serialize_entry(fact.name, &fact.kind.json(value.as_ref()))?;
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
