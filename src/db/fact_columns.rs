//! The columns of facts: their lists in statements, and their values in rows.

use std::error::Error;
use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value;
use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, Json, ToSql, Type, to_sql_checked};

use super::{DbError, Result};
use crate::domain::{
    FACT_COUNT, FACTS, Fact, FactKind, FactValue, FactValues, Photos, Price, optional_facts,
};

/// The statement in a file of `sql/queries/`, with its placeholders replaced by [`filled`].
macro_rules! statement {
    ($file:literal) => {{
        static SQL: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
            let facts = $crate::domain::FACTS.iter();
            $crate::db::fact_columns::filled($crate::db::fact_columns::sql_file!($file), facts)
        });
        SQL.as_str()
    }};
}

/// The text of a file in `sql/queries/`.
macro_rules! sql_file {
    ($file:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $file))
    };
}

pub(super) use {sql_file, statement};

/// The columns of a [`crate::domain::Property`], in the order in which `properties` reads them.
pub(super) const COLUMNS: Columns = Columns;

/// The type of [`COLUMNS`].
pub(super) struct Columns;

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("id, title, description, price, location, created_at, updated_at")?;
        let mut optional = optional_facts().iter();
        optional.try_for_each(|fact| write!(f, ", {}", fact.name))
    }
}

/// How many columns of [`COLUMNS`] come before the optional facts.
pub(super) const COLUMNS_BEFORE_OPTIONAL: usize = 7;

/// Replaces the placeholders of a statement with lists of columns:
///
/// - `{columns}`: all columns of a listing,
/// - `{facts}`: the columns of the given facts,
/// - `{facts of TABLE}`: the same, qualified with the table,
/// - `{facts from $N}`: a numbered parameter for each,
/// - `{defaults}`: a JSON object with the facts that have a default.
pub(super) fn filled(template: &str, facts: impl Iterator<Item = &'static Fact> + Clone) -> String {
    let list = |name: &dyn Fn(usize, &Fact) -> String| {
        let names = facts.clone().enumerate();
        let names: Vec<_> = names.map(|(at, fact)| name(at, fact)).collect();
        names.join(", ")
    };
    let mut sql = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, (placeholder, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        sql.push_str(before);
        sql.push_str(&match placeholder.split(' ').collect::<Vec<_>>()[..] {
            ["columns"] => COLUMNS.to_string(),
            ["facts"] => list(&|_, fact| fact.name.to_owned()),
            ["facts", "of", table] => list(&|_, fact| format!("{table}.{}", fact.name)),
            ["defaults"] => defaults(),
            ["facts", "from", first] => {
                let first: usize = first.trim_start_matches('$').parse().unwrap_or(1);
                list(&|at, _| format!("${}", first + at))
            }
            _ => format!("{{{placeholder}}}"),
        });
        rest = after;
    }
    sql.push_str(rest);
    sql
}

/// The values of facts with a default, for rows that are older than the fact; as an SQL literal.
fn defaults() -> String {
    let defaults =
        FACTS.iter().filter_map(|fact| Some((fact.name.to_owned(), fact.default?.into())));
    format!("'{}'::jsonb", serde_json::Value::Object(defaults.collect()))
}

/// The type of a fact's column.
pub(super) fn column_type(fact: &Fact) -> Type {
    match fact.kind {
        FactKind::Text { .. } | FactKind::Prose { .. } | FactKind::Choice(_) => Type::TEXT,
        FactKind::Price | FactKind::Area | FactKind::Coordinate { .. } => Type::NUMERIC,
        FactKind::Date => Type::DATE,
        FactKind::List { .. } => Type::TEXT_ARRAY,
        FactKind::Integer { .. } => Type::INT4,
        FactKind::Photos => Type::JSONB,
    }
}

/// Reads the column of a fact.
pub(super) fn read(
    row: &Row,
    at: usize,
    fact: &'static Fact,
) -> Result<Option<FactValue<'static>>> {
    let corrupt = || DbError::Corrupt(fact.name);
    Ok(match fact.kind {
        FactKind::Text { .. } | FactKind::Prose { .. } | FactKind::Choice(_) => {
            let text: Option<String> = row.get(at);
            text.map(|text| FactValue::Text(text.into()))
        }
        FactKind::Area | FactKind::Coordinate { .. } => {
            row.get::<_, Option<Decimal>>(at).map(FactValue::Decimal)
        }
        FactKind::Date => {
            row.try_get::<_, Option<NaiveDate>>(at).map_err(|_| corrupt())?.map(FactValue::Date)
        }
        FactKind::List { .. } => {
            let items = row.try_get::<_, Option<Vec<String>>>(at).map_err(|_| corrupt())?;
            items.and_then(|items| FactValue::List(items.into()).present())
        }
        FactKind::Price => match row.get::<_, Option<Decimal>>(at) {
            Some(price) => Some(FactValue::Price(Price::from_decimal(price).ok_or_else(corrupt)?)),
            None => None,
        },
        FactKind::Integer { .. } => row.get::<_, Option<i32>>(at).map(FactValue::Integer),
        FactKind::Photos => match row.get::<_, Option<Value>>(at) {
            Some(json) => {
                let photos = Photos::from_json(json).ok_or_else(corrupt)?;
                (!photos.as_slice().is_empty()).then_some(FactValue::Photos(photos))
            }
            None => None,
        },
    })
}

/// A column's value to send; null if there is none.
#[derive(Debug)]
pub(super) struct Column<'a>(pub(super) Option<FactValue<'a>>);

/// The values of all facts to send.
pub(super) fn columns(values: FactValues<'_>) -> [Column<'_>; FACT_COUNT] {
    values.map(Column)
}

impl ToSql for Column<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match &self.0 {
            None => Ok(IsNull::Yes),
            Some(FactValue::Text(text)) => text.as_ref().to_sql(ty, out),
            Some(FactValue::Price(price)) => price.as_decimal().to_sql(ty, out),
            Some(FactValue::Integer(number)) => number.to_sql(ty, out),
            Some(FactValue::Photos(photos)) => Json(photos).to_sql(ty, out),
            Some(FactValue::Decimal(number)) => number.to_sql(ty, out),
            Some(FactValue::Date(day)) => day.to_sql(ty, out),
            Some(FactValue::List(items)) => (&**items).to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_stand_for_lists_of_columns() {
        let facts = || FACTS[..2].iter();
        for (template, want) in [
            ("SELECT {facts}", "SELECT title, description"),
            ("({facts of was}) = ({facts from $3})", "(was.title, was.description) = ($3, $4)"),
            ("'{}'::text[] {other}", "'{}'::text[] {other}"),
        ] {
            assert_eq!(filled(template, facts()), want);
        }
        let columns = COLUMNS.to_string();
        let columns: Vec<_> = columns.split(", ").collect();
        assert_eq!(columns.len(), FACTS.len() + 3);
        let optional = optional_facts().iter().map(|fact| fact.name);
        assert!(optional.eq(columns[COLUMNS_BEFORE_OPTIONAL..].iter().copied()));
    }
}
