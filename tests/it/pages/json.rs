//! The exact format of the JSON.

use property_listings::domain::optional_facts;
use serde_json::{Value, json};

use crate::harness::{Plan, spawn_app};

fn keys(value: &Value) -> Vec<&str> {
    let object = value.as_object().expect("an object");
    object.keys().map(String::as_str).collect()
}

const ROW: &str = "INSERT INTO property (title, description, price, location, created_at, updated_at)
    VALUES ('A “flat” <b>', E'Two\\nlines', 500000, 'Malindi', '2026-01-31 09:30Z', '2026-01-31 09:30Z')";

#[tokio::test]
async fn a_list_has_the_shape_of_django_rest_framework() {
    let app = Plan::new().await.sql(ROW).await.start().await;
    let list = app.get_json("/properties/").await;
    assert_eq!(keys(&list), ["count", "next", "previous", "results"]);
    let mut want = json!({
        "id": 1, "title": "A “flat” <b>", "description": "Two\nlines", "price": "500000.00",
        "location": "Malindi", "created_at": "2026-01-31T09:30:00Z", "updated_at": "2026-01-31T09:30:00Z",
    });
    for fact in optional_facts() {
        want[fact.name] = match fact.kind.is_list() || !fact.kind.is_field() {
            true => json!([]),
            false => json!(fact.default),
        };
    }
    want["currency"] = json!(null);
    want["url"] = json!("http://homes.example/properties/1/");
    let all = json!({"count": 1, "next": null, "previous": null, "results": [want]});
    assert_eq!(list, all);
    assert_eq!(keys(&list["results"][0]), keys(&want));
    assert_eq!(app.get_json("/properties/1/").await, want);
}

#[tokio::test]
async fn a_price_has_two_decimals_and_is_never_a_float() {
    let app = Plan::new().await.sql(ROW).await.start().await;
    for price in ["0", "0.1", "99999999.99", "1234.5", "70000000.05"] {
        app.database.run(&format!("UPDATE property SET price = {price}")).await;
        let want = app.database.value("SELECT price::text FROM property").await;
        let list = app.get_json("/properties/no-cache/").await;
        assert_eq!(list["results"][0]["price"], want);
    }
}

#[tokio::test]
async fn a_client_gets_what_it_accepts() {
    let app = Plan::new().await.homes(1).await.start().await;
    for (path, accept, want) in [
        ("/properties/", "text/html", "text/html; charset=utf-8"),
        ("/properties/", "*/*", "text/html; charset=utf-8"),
        ("/properties/", "application/json", "application/json"),
        ("/properties/", "application/json;q=0.9, text/html;q=0.8", "application/json"),
        ("/properties/1/", "application/json", "application/json"),
        ("/properties/?format=json", "text/html", "application/json"),
        ("/properties/no-cache/", "application/json", "application/json"),
    ] {
        for _ in 0..2 {
            let page = app.reader.get_with(path, &[("accept", accept)]).await;
            assert_eq!(page.assert_status(200).header("content-type"), want, "{path} {accept}");
        }
    }
}

#[tokio::test]
async fn links_name_the_site_and_keep_the_filters() {
    let app = Plan::new().await.homes(9).await.start().await;
    let path = "/properties/?format=json&location=Leith&sort=price&page_size=2&utm_source=x";
    let list = app.get(path).await.assert_status(200).json();
    assert_eq!(list["count"], 5);
    assert!(list["previous"].is_null());
    let next = list["next"].as_str().expect("a next page");
    assert!(next.starts_with("http://homes.example/properties/?"), "{next}");
    for part in ["location=Leith", "sort=price", "page_size=2", "cursor=", "format=json"] {
        assert!(next.contains(part), "{next}");
    }
    assert!(!next.contains("utm_"), "{next}");
}

#[tokio::test]
async fn an_empty_list_is_a_list() {
    let app = spawn_app().await;
    let want = json!({"count": 0, "next": null, "previous": null, "results": []});
    assert_eq!(app.get_json("/properties/").await, want);
}
