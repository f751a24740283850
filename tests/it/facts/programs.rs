//! Facts for programs: JSON and its schema.

use property_listings::domain::{FACTS, FactKind};
use property_listings::http::api_description;
use serde_json::{Value, json};

use super::{CHANGE, editable, samples, start, typed_without};

#[tokio::test]
async fn json_has_every_fact_and_null_where_it_is_absent() {
    let (app, staff) = start().await;
    for path in ["/properties/1/?format=json", "/properties/?format=json"] {
        let listing = first(&app.get(path).await.assert_status(200).json());
        for fact in editable() {
            let text = &samples(fact)[0];
            let want = match fact.kind {
                FactKind::Integer { .. } => json!(text.parse::<i32>().expect("a number")),
                FactKind::List { .. } => json!(text.split('|').collect::<Vec<_>>()),
                _ => json!(text),
            };
            assert_eq!(listing[fact.name], want, "{}", fact.name);
        }
    }
    staff.submit(CHANGE, &typed_without()).await.assert_status(303);
    let listing = first(&app.get("/properties/1/?format=json").await.json());
    for fact in editable() {
        let want = match fact.kind.is_list() {
            true => json!([]),
            false => json!(fact.default),
        };
        assert_eq!(listing.get(fact.name), Some(&want));
    }
}

fn first(json: &Value) -> Value {
    json.pointer("/results/0").unwrap_or(json).clone()
}

#[test]
fn the_schema_has_every_fact_with_its_limits_and_its_reso_name() {
    let document = api_description(false);
    let schema = &document["components"]["schemas"]["Property"];
    for fact in FACTS.iter().filter(|fact| fact.kind.is_field()) {
        let property = &schema["properties"][fact.name];
        let may_be_null =
            property["type"].as_array().is_some_and(|types| types.contains(&json!("null")));
        assert_eq!(
            may_be_null,
            (fact.may_be_absent() && !fact.kind.is_list()) || fact.name == "price",
            "{property}"
        );
        assert!(
            schema["required"].as_array().is_some_and(|names| names.contains(&json!(fact.name)))
        );
        if let FactKind::Integer { min, max } = fact.kind {
            assert_eq!((&property["minimum"], &property["maximum"]), (&json!(min), &json!(max)));
        }
        assert!(property.to_string().contains(fact.reso.unwrap_or_default()), "{property}");
    }
}
