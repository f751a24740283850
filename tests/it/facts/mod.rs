//! The declaration of facts: a declared fact is in the form, the pages, the files and the history.
//!
//! Every test covers all optional facts, so that a new declared fact is tested without a new test.

mod files;
mod forms;
mod history;
mod programs;
mod together;
mod words;

use property_listings::domain::{Fact, FactKind, optional_facts};

use crate::harness::{App, Browser, Listing, listing, spawn_staffed};

/// The optional facts that have a form field.
fn editable() -> impl Iterator<Item = &'static Fact> {
    optional_facts().iter().filter(|fact| fact.kind.is_field())
}

/// Two values of a fact, as typed and stored. The values of all facts are valid together.
fn samples(fact: &Fact) -> [String; 2] {
    let texts = match fact.kind {
        FactKind::Text { .. } | FactKind::Prose { .. } => ["First", "Second"],
        FactKind::Price => ["1.00", "2.00"],
        FactKind::Integer { max, .. } => return [(max - 1).to_string(), max.to_string()],
        FactKind::Area => ["85.25", "1234.75"],
        FactKind::Coordinate { .. } => ["55.953252", "-3.188267"],
        FactKind::Date => ["2026-02-28", "2027-12-31"],
        FactKind::Choice(_) if fact.name == "status" => ["active", "pending"],
        FactKind::Choice(_) if fact.name == "listing_type" => ["rent", "sale"],
        FactKind::Choice(_) if fact.name == "price_period" => ["month", ""],
        FactKind::Choice(options) => [options[0].0, options[1].0],
        FactKind::List { .. } => ["Garden, large|Lift", "Balcony"],
        FactKind::Photos => panic!("photos have no field"),
    };
    texts.map(str::to_owned)
}

/// A value in a form: each item of a list is on a separate line.
fn shown_in_form(value: &str) -> String {
    value.replace('|', "\n")
}

/// A value of a fact in its column's format.
fn column(fact: &Fact, value: &str) -> String {
    match fact.kind {
        _ if value.is_empty() => "NULL".to_owned(),
        FactKind::List { .. } => {
            format!("string_to_array('{value}', '|')")
        }
        _ => format!("'{value}'"),
    }
}

/// Each optional fact with the first or the second of its samples.
fn values(which: usize) -> Vec<(&'static str, String)> {
    editable().map(|fact| (fact.name, samples(fact)[which].clone())).collect()
}

fn home() -> Listing {
    listing("Home 1", "1000", "Leith")
}

/// The fields of the form with values of the optional facts.
fn typed(which: usize) -> Vec<(&'static str, String)> {
    let mut fields = home().fields();
    fields.extend(values(which));
    fields
}

/// The fields of the form that adds a listing, without optional facts.
fn typed_without() -> Vec<(&'static str, String)> {
    let mut fields = home().fields();
    fields.extend(editable().map(|fact| (fact.name, String::new())));
    fields
}

const CHANGE: &str = "/admin/properties/1/change/";

/// A site with one listing, which has a value of every fact.
async fn start() -> (App, Browser) {
    let (app, staff) = spawn_staffed(0).await;
    staff.submit("/admin/properties/add/", &typed(0)).await.assert_status(303);
    (app, staff)
}

/// The stored optional facts of the listing, in the order of the declaration.
async fn stored(app: &App) -> Vec<String> {
    let columns = editable().map(|fact| match fact.kind.is_list() {
        true => format!(", replace(array_to_string({}, '|'), '|', '/')", fact.name),
        false => format!(", {}::text", fact.name),
    });
    let sql = format!(
        "SELECT array_to_string(array[NULL{}], '|', '-') FROM property WHERE id = 1",
        columns.collect::<String>()
    );
    app.sql(&sql).await.split('|').skip(1).map(str::to_owned).collect()
}

/// The texts of [`values`], in the format of [`stored`].
fn texts(which: usize) -> Vec<String> {
    let stored = |text: String| match text.is_empty() {
        true => "-".to_owned(),
        false => text.replace('|', "/"),
    };
    values(which).into_iter().map(|(_, text)| stored(text)).collect()
}

/// The result of [`stored`] if the listing has no optional fact.
fn none() -> Vec<String> {
    editable().map(|fact| fact.default.unwrap_or("-").to_owned()).collect()
}
