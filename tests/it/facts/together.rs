//! Facts that belong together, and references, which must be unique.

use super::{CHANGE, home, start, typed, typed_without};
use crate::harness::{Browser, Shows as _};
use property_listings::services::fixtures::{LoadOptions, Source, load};

use crate::harness::App;

async fn refused(staff: &Browser, changes: &[(&'static str, &str)], field: &str) {
    let mut fields = typed_without();
    for (name, value) in changes {
        fields.retain(|(other, _)| other != name);
        fields.push((name, (*value).to_owned()));
    }
    let page = staff.submit(CHANGE, &fields).await.assert_status(422);
    page.shows([format!("id=\"{field}-error\"")]);
}

#[tokio::test]
async fn what_belongs_together_is_refused_alone_by_the_form_and_the_database() {
    let (app, staff) = start().await;
    refused(&staff, &[("price_period", "month")], "price_period").await;
    refused(&staff, &[("price_period", "month"), ("listing_type", "sale")], "price_period").await;
    refused(&staff, &[("latitude", "55.9")], "longitude").await;
    refused(&staff, &[("longitude", "-3.2")], "latitude").await;
    for set in
        ["listing_type = 'sale'", "listing_type = NULL", "longitude = NULL", "latitude = NULL"]
    {
        let client = app.database.psql().await;
        let refused = client.batch_execute(&format!("UPDATE property SET {set}")).await;
        assert!(refused.is_err(), "{set}");
    }
}

#[tokio::test]
async fn a_reference_is_of_one_listing_in_whatever_case() {
    let (app, staff) = start().await;
    let mut fields = home().fields();
    fields.push(("reference", "FIRST".to_owned()));
    let page = staff.submit("/admin/properties/add/", &fields).await.assert_status(422);
    page.shows(["id=\"reference-error\"", "Another listing has this value."]);
    assert_eq!(page.field("reference"), "FIRST");
    assert_eq!(app.sql("SELECT count(*) FROM property").await, "1");
    // The listing itself may keep it.
    staff.submit(CHANGE, &typed(0)).await.assert_status(303);
}

async fn said(app: &App, csv: &str) -> String {
    let options = LoadOptions::default();
    let source = Source::of_bytes(csv.to_owned());
    match load(&app.pool(), source, "file", &options, &|_, _| {}).await {
        Ok(report) => format!("{} loaded", report.loaded),
        Err(err) => format!("{err:?}"),
    }
}

#[tokio::test]
async fn a_file_is_told_the_line_of_what_clashes() {
    let (app, _) = start().await;
    let head = "id,title,description,price,location";
    let taken = format!("{head},reference\n,A,D,1,L,New\n,B,D,1,L,first\n");
    let answer = said(&app, &taken).await;
    assert!(answer.contains("line: 3, field: \"reference\""), "{answer}");
    let twice = format!("{head},reference\n,A,D,1,L,Same\n,B,D,1,L,SAME\n");
    let answer = said(&app, &twice).await;
    assert!(answer.contains("line: 3") && answer.contains("Line 2 has the same"), "{answer}");
    // The listing is for rent, by month.
    let sold = format!("{head},listing_type\n1,A,D,1,L,sale\n");
    let answer = said(&app, &sold).await;
    assert!(answer.contains("line: 2, field: \"price_period\""), "{answer}");
    let half = format!("{head},latitude\n,A,D,1,L,55.9\n");
    let answer = said(&app, &half).await;
    assert!(answer.contains("line: 2, field: \"longitude\""), "{answer}");
    let own = format!("{head},price_period,latitude\n1,A,D,1,L,week,55.9\n");
    assert_eq!(said(&app, &own).await, "1 loaded");
}

#[tokio::test]
async fn every_field_of_the_form_is_in_a_group_once() {
    let (_app, staff) = start().await;
    let form = staff.get(CHANGE).await;
    for fact in property_listings::domain::FACTS.iter().filter(|fact| fact.kind.is_field()) {
        let field = format!(" name=\"{}\"", fact.name);
        assert_eq!(form.text().matches(&field).count(), 1, "{}", fact.name);
    }
    form.shows(["<legend>Price</legend>", "<legend>Place</legend>"]);
}
