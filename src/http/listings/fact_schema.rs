//! The JSON schema of a fact, with its limits.

use serde_json::Value;
use utoipa::openapi::schema::{
    ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type,
};

use super::photos::photos_schema;
use crate::domain::{Fact, FactKind};

/// The schema of a fact's values; an absent fact is `null`.
pub(super) fn fact_schema(fact: &Fact) -> Schema {
    let reso = fact.reso.map(|name| format!("{}. RESO Data Dictionary 2.0: {name}.", fact.label));
    let string = |pattern: &str, about: &str, example: &str| {
        let text = ObjectBuilder::new().description(Some(about)).pattern(Some(pattern));
        (Type::String, text.examples([example]))
    };
    let (kind, schema) = match fact.kind {
        FactKind::Text { max_chars } | FactKind::Prose { max_chars } => {
            let text = ObjectBuilder::new().min_length(Some(1));
            (Type::String, text.max_length(Some(max_chars)))
        }
        FactKind::Price => string(
            r"^[0-9]{1,8}\.[0-9]{2}$",
            "An amount with two decimals: never a float.",
            "500000.00",
        ),
        FactKind::Integer { min, max } => {
            (Type::Integer, ObjectBuilder::new().minimum(Some(min)).maximum(Some(max)))
        }
        FactKind::Area => string(
            r"^[0-9]{1,7}\.[0-9]{2}$",
            "Square metres with two decimals: never a float.",
            "85.00",
        ),
        FactKind::Coordinate { .. } => string(
            r"^-?[0-9]{1,3}\.[0-9]{6}$",
            "Degrees with six decimals: never a float.",
            "55.953252",
        ),
        FactKind::Date => {
            let format = SchemaFormat::KnownFormat(KnownFormat::Date);
            (Type::String, ObjectBuilder::new().format(Some(format)))
        }
        FactKind::Choice(options) => {
            let values = options.iter().map(|(value, _)| Value::from(*value));
            let null = fact.may_be_absent().then_some(Value::Null);
            (Type::String, ObjectBuilder::new().enum_values(Some(values.chain(null))))
        }
        FactKind::Photos => return photos_schema(),
        FactKind::List { max_items, max_chars } => {
            let item = ObjectBuilder::new().schema_type(Type::String);
            let item = item.min_length(Some(1)).max_length(Some(max_chars));
            let list = ArrayBuilder::new().items(item).max_items(Some(max_items));
            return list.title(reso.or(Some(format!("{}.", fact.label)))).into();
        }
    };
    // The price is absent if it is on application.
    let schema = match fact.may_be_absent() || fact.kind == FactKind::Price {
        false => schema.schema_type(kind),
        true => schema.schema_type(SchemaType::from_iter([kind, Type::Null])),
    };
    schema.title(reso).into()
}
