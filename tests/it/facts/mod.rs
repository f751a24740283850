//! The declaration of facts: a fact that is declared is in the form, the pages, the files and the history.
//!
//! Every test goes through all optional facts, so that one added to the declaration is tested without a new test.

mod files;
mod forms;
mod history;
mod programs;

use property_listings::domain::{Fact, FactKind, optional_facts};

use crate::harness::{App, Browser, Listing, listing, spawn_staffed};

/// The optional facts that forms have a field for.
fn editable() -> impl Iterator<Item = &'static Fact> {
    optional_facts().iter().filter(|fact| fact.kind.is_field())
}

/// Two values of a fact, as they are typed and stored.
fn samples(fact: &Fact) -> [String; 2] {
    match fact.kind {
        FactKind::Text { .. } | FactKind::Prose { .. } => ["First", "Second"].map(str::to_owned),
        FactKind::Price => ["1.00", "2.00"].map(str::to_owned),
        FactKind::Integer { max, .. } => [(max - 1).to_string(), max.to_string()],
        FactKind::Photos => panic!("photos have no field"),
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

/// The fields of the form that adds a listing, without a value of an optional fact.
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

/// The optional facts of the listing as they are stored, in the order of the declaration.
async fn stored(app: &App) -> Vec<String> {
    let columns = editable().map(|fact| format!(", {}::text", fact.name));
    let sql = format!(
        "SELECT array_to_string(array[NULL{}], '|', '-') FROM property WHERE id = 1",
        columns.collect::<String>()
    );
    app.sql(&sql).await.split('|').skip(1).map(str::to_owned).collect()
}

/// The texts of [`values`].
fn texts(which: usize) -> Vec<String> {
    values(which).into_iter().map(|(_, text)| text).collect()
}

/// What [`stored`] gives where the listing has no optional fact.
fn none() -> Vec<String> {
    editable().map(|_| "-".to_owned()).collect()
}
