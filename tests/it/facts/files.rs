//! Files: dumps, exports, imports, and files that lack a fact.

use property_listings::domain::FactKind;
use property_listings::services::fixtures::{Format, LoadOptions, Source, django, dump, load};

use super::{editable, none, samples, start, stored, texts};
use crate::admin::imports::import;
use crate::harness::{App, Shows as _};

async fn load_text(app: &App, text: &str) -> u64 {
    let source = Source::of_bytes(text.to_owned());
    let options = LoadOptions::default();
    load(&app.pool(), source, "file", &options, &|_, _| {}).await.expect("loaded").changed
}

async fn forget(app: &App) {
    let mut set = Vec::new();
    for fact in editable() {
        let rest = fact.default.map_or("NULL".to_owned(), |value| format!("'{value}'"));
        set.push(format!("{} = {rest}", fact.name));
    }
    app.sql(&format!("UPDATE property SET {}", set.join(", "))).await;
}

#[tokio::test]
async fn dumps_and_exports_have_every_fact_and_load_it_again() {
    let (app, staff) = start().await;
    for format in [Format::Csv, Format::JsonLines, Format::Django] {
        let mut file = Vec::new();
        dump(&app.pool(), &mut file, format, "", &|_| {}).await.expect("dumped");
        let dumped = String::from_utf8(file).expect("text");
        let path = format!("/admin/properties/export/?format={}", format.name());
        let exported = staff.get(&path).await.assert_status(200);
        for fact in editable() {
            assert!(dumped.contains(fact.name), "{dumped}");
        }
        for text in [dumped.as_str(), exported.text()] {
            forget(&app).await;
            assert_eq!(load_text(&app, text).await, editable().count().min(1) as u64);
            assert_eq!(stored(&app).await, texts(0));
            assert_eq!(load_text(&app, text).await, 0, "it is unchanged");
        }
    }
}

#[tokio::test]
async fn a_django_dump_may_have_a_fact() {
    let (app, _) = start().await;
    let options = LoadOptions::default();
    assert_eq!(django::load(&app.pool(), Source::of_bytes(format!(
        "[{{\"model\": \"properties.property\", \"pk\": 1, \"fields\": {{\"title\": \"T\", \"description\": \"D\", \
         \"price\": \"5.00\", \"location\": \"Leith\"{}}}}}]",
        editable().map(|fact| {
        let value = &samples(fact)[1];
        let quote = if matches!(fact.kind, FactKind::Integer { .. }) { "" } else { "\"" };
        format!(", \"{}\": {quote}{value}{quote}", fact.name)
    }).collect::<String>()
    )), "dump.json", &options, &|_, _| {}).await.expect("loaded").changed, 1);
    assert_eq!(stored(&app).await, texts(1));
}

#[tokio::test]
async fn a_file_without_a_fact_leaves_it_as_it_is_and_an_empty_value_removes_it() {
    let (app, _) = start().await;
    let csv = "id,title,description,price,location\n1,Renamed,D,5,Leith\n";
    assert_eq!(load_text(&app, csv).await, 1);
    assert_eq!(load_text(&app, csv).await, 0, "the facts are no difference");
    let line =
        r#"{"id": 1, "title": "Renamed", "description": "D", "price": 5, "location": "Leith""#;
    assert_eq!(load_text(&app, &format!("{line}}}\n")).await, 0);
    assert_eq!(stored(&app).await, texts(0));
    let absent = editable().map(|fact| format!(", \"{}\": null", fact.name));
    load_text(&app, &format!("{line}{}}}\n", absent.collect::<String>())).await;
    assert_eq!(stored(&app).await, none());
}

#[tokio::test]
async fn the_look_at_an_import_names_a_fact_that_would_change() {
    let (app, staff) = start().await;
    let facts = || editable();
    let names: Vec<_> = facts().map(|fact| fact.name).collect();
    let row = |which: usize| {
        let cells = facts().map(|fact| match (fact.name, which) {
            ("reference", 0) => "\"Third\"".to_owned(),
            // A blank cell leaves a fact unchanged.
            _ if samples(fact)[which].is_empty() => "-".to_owned(),
            _ => format!("\"{}\"", samples(fact)[which]),
        });
        cells.collect::<Vec<_>>().join(",")
    };
    let file = format!(
        "id,title,description,price,location,{}\n1,Home 1,The description of Home 1.,1000,Leith,{}\n\
         ,New,D,1,Leith,{}\n",
        names.join(","),
        row(1),
        row(0),
    );
    let look = import(&staff, "listings.csv", file.into_bytes()).await;
    for fact in facts() {
        look.shows([format!("<dt>{}</dt>", fact.label), format!("{}: <bdi>", fact.label)]);
    }
    assert_eq!(stored(&app).await, texts(0));
}

#[tokio::test]
async fn a_bad_value_of_a_fact_is_named_by_line_and_field() {
    let (app, _) = start().await;
    for fact in editable().filter(|fact| fact.kind.is_number()) {
        let csv = format!("title,description,price,location,{}\nT,D,1,L,many\n", fact.name);
        let options = LoadOptions::default();
        let report = load(&app.pool(), Source::of_bytes(csv), "file", &options, &|_, _| {}).await;
        let said = format!("{:?}", report.expect_err("refused"));
        assert!(said.contains(fact.name) && said.contains("“many”"), "{said}");
    }
}
