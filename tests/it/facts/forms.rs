//! The form of a listing, its error messages, and both versions after a conflict.

use super::{
    CHANGE, column, editable, home, none, samples, shown_in_form, start, stored, texts, typed,
    typed_without,
};
use crate::harness::Shows as _;
use property_listings::domain::{FactKind, FactValue};

#[tokio::test]
async fn a_fact_is_typed_shown_changed_and_removed() {
    let (app, staff) = start().await;
    assert_eq!(stored(&app).await, texts(0));
    let form = staff.get(CHANGE).await.assert_status(200);
    for fact in editable() {
        assert_eq!(form.field(fact.name), shown_in_form(&samples(fact)[0]));
        form.shows([fact.label]).shows([fact.help]);
    }
    staff.submit(CHANGE, &typed(1)).await.assert_status(303);
    assert_eq!(stored(&app).await, texts(1));
    let page = app.get("/properties/1/").await.assert_status(200);
    for fact in editable() {
        let value = fact.parse(&samples(fact)[1]).expect("valid");
        let elsewhere = ["status", "price_qualifier", "latitude", "longitude"].contains(&fact.name);
        match (value, fact.kind) {
            (Some(FactValue::List(items)), _) => drop(page.shows(items.iter())),
            (Some(value), kind) if !elsewhere => {
                page.shows([format!("<dt>{}</dt>", fact.label), kind.shown(&value)]);
            }
            _ => {}
        }
    }
    staff.submit(CHANGE, &typed_without()).await.assert_status(303);
    assert_eq!(stored(&app).await, none());
    let page = app.get("/properties/1/").await.assert_status(200);
    for fact in editable().filter(|fact| fact.may_be_absent()) {
        page.hides([format!("<dt>{}</dt>", fact.label)]);
    }
}

#[tokio::test]
async fn a_form_without_the_field_of_a_fact_leaves_the_fact_as_it_is() {
    let (app, staff) = start().await;
    let mut fields = home().fields();
    fields[0].1 = "Renamed".to_owned();
    staff.submit(CHANGE, &fields).await.assert_status(303);
    assert_eq!(stored(&app).await, texts(0));
    let version = staff.get(CHANGE).await.field("version");
    fields[0].1 = "Renamed again".to_owned();
    fields.push(("version", version));
    staff.submit(CHANGE, &fields).await.assert_status(303);
    assert_eq!(stored(&app).await, texts(0));
    assert_eq!(app.sql("SELECT title FROM property").await, "Renamed again");
}

#[tokio::test]
async fn a_value_outside_the_limits_of_a_fact_is_refused_at_its_field() {
    let (app, staff) = start().await;
    for fact in editable() {
        let wrong = match fact.kind {
            FactKind::Text { max_chars } | FactKind::Prose { max_chars } => {
                "x".repeat(max_chars + 1)
            }
            FactKind::Price => "-1".to_owned(),
            FactKind::Integer { max, .. } => (max + 1).to_string(),
            FactKind::Area => "0".to_owned(),
            FactKind::Coordinate { most } => format!("{most}.000001"),
            FactKind::Date => "10000-01-01".to_owned(),
            FactKind::Choice(_) => "castle".to_owned(),
            FactKind::List { max_chars, .. } => "x".repeat(max_chars + 1),
            FactKind::Photos => panic!("photos have no field"),
        };
        let mut fields = typed(1);
        fields.retain(|(name, _)| *name != fact.name);
        fields.push((fact.name, wrong.clone()));
        let page = staff.submit(CHANGE, &fields).await.assert_status(422);
        page.shows([format!("id=\"{}-error\"", fact.name)]);
        assert_eq!(page.field(fact.name), wrong);
        let set = format!("UPDATE property SET {} = {}", fact.name, column(fact, &wrong));
        let client = app.database.psql().await;
        let refused = client.batch_execute(&set).await.expect_err("out of bounds");
        let refused = refused.as_db_error().and_then(|err| err.constraint());
        let constraint = format!("property_{}_", fact.name);
        assert!(refused.is_some_and(|name| name.starts_with(&constraint)), "{refused:?}");
    }
    assert_eq!(stored(&app).await, texts(0));
}

#[tokio::test]
async fn two_edits_of_one_fact_are_shown_side_by_side() {
    let (app, staff) = start().await;
    let version = staff.get(CHANGE).await.field("version");
    let set = editable().map(|fact| {
        let [_, second] = samples(fact);
        format!("{} = {}", fact.name, column(fact, &second))
    });
    app.sql(&format!("UPDATE property SET {}", set.collect::<Vec<_>>().join(", "))).await;
    let mut fields = typed_without();
    fields.push(("version", version));
    let page = staff.submit(CHANGE, &fields).await.assert_status(409);
    for fact in editable().filter(|fact| fact.name != "price_period") {
        assert_eq!(page.field(&format!("theirs_{}", fact.name)), samples(fact)[1]);
        page.shows([format!("<legend>{}</legend>", fact.label)]);
    }
}

#[tokio::test]
async fn staff_who_may_only_look_see_the_facts() {
    let (app, _) = start().await;
    let viewer = app.staff_named("sam").await;
    app.permit("view").await;
    let page = viewer.get(CHANGE).await.assert_status(200);
    for fact in editable() {
        page.shows([format!("<dt>{}</dt>", fact.label)]).shows([&samples(fact)[0]]);
    }
}
