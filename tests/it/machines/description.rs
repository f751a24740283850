//! `GET /openapi.json`: the description agrees with the site.

use std::path::PathBuf;

use reqwest::Method;
use serde_json::{Value, json};

use super::contract::{Contract, Operation};
use crate::harness::{App, Page, Plan, Proxy, Shell, eventually};

async fn development() -> App {
    let plan = Plan::new().await.homes(3).await.set("DEBUG", "true");
    photographed(plan.start().await)
}

/// A site with the files of a photo.
fn photographed(app: App) -> App {
    let folder = PathBuf::from(app.variables["MEDIA_URL"].clone()).join("0".repeat(32));
    std::fs::create_dir_all(&folder).expect("created");
    for name in ["320.webp", "320.jpg"] {
        std::fs::write(folder.join(name), "a picture").expect("written");
    }
    app
}

async fn ask(app: &App, operation: &Operation, path: &str, headers: &[(&str, &str)]) -> Page {
    let mut request = app.reader.request(operation.method.clone(), path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.reader.send(request).await
}

/// Returns when the cache is not being warmed.
async fn warming_ends(app: &App) {
    eventually("warming ends", async || {
        let state = app.get_json("/properties/cache-warm/").await;
        (state["warming"]["running"] == false).then_some(())
    })
    .await;
}

#[tokio::test]
async fn every_answer_is_as_it_is_described() {
    let app = development().await;
    let production = app.another().set("DEBUG", "false").start().await;
    let withdraw = "INSERT INTO property (title, description, price, location, status) \
        VALUES ('T', 'D', 1, 'Leith', 'withdrawn') RETURNING id";
    let withdrawn = app.sql(withdraw).await;
    let contract = Contract::of(&app).await;
    for operation in contract.operations() {
        let path = operation.path();
        for accept in ["application/json", "text/html", "*/*"] {
            let headers = [("accept", accept)];
            // The second response comes from another level.
            for _ in 0..2 {
                let page = ask(&app, &operation, &path, &headers).await;
                let found = [200, 302, 303].contains(&page.status);
                assert!(found, "{path}: {page:?}");
                contract.check(&operation, &page);
                if page.status == 303 {
                    warming_ends(&app).await;
                }
                if operation.answers(304) {
                    let copy = ("if-none-match", page.header("etag"));
                    let page = ask(&app, &operation, &path, &[headers[0], copy]).await;
                    contract.check(&operation, &page.assert_status(304));
                }
            }
            let host = ("host", "evil.example");
            let page = ask(&app, &operation, &path, &[headers[0], host]).await;
            // Health checks respond to every host name.
            let status = if operation.answers(400) { 400 } else { 200 };
            contract.check(&operation, &page.assert_status(status));
            if operation.tag == "management" {
                let origin = ("origin", "http://evil.example");
                let page = ask(&app, &operation, &path, &[headers[0], origin]).await;
                contract.check(&operation, &page.assert_status(403));
                let page = ask(&production, &operation, &path, &headers).await;
                contract.check(&operation, &page.assert_status(401));
            }
            if operation.answers(404) {
                let nowhere = match operation.template.as_str() {
                    list @ ("/properties/" | "/properties/no-cache/") => format!("{list}?page=200"),
                    template => {
                        let path = template.replace("{id}", "99").replace("{part}", "99");
                        path.replace("{hash}", &"f".repeat(32)).replace("{width}", "320")
                    }
                };
                let page = ask(&app, &operation, &nowhere, &headers).await;
                contract.check(&operation, &page.assert_status(404));
            }
            if operation.answers(410) {
                let gone = operation.template.replace("{id}", &withdrawn);
                let page = ask(&app, &operation, &gone, &headers).await;
                contract.check(&operation, &page.assert_status(410));
            }
        }
    }
    assert_eq!(contract.unseen(&[409, 413, 503]), Vec::<String>::new());
}

#[tokio::test]
async fn wrong_input_is_answered_as_it_is_described() {
    let app = development().await;
    let contract = Contract::of(&app).await;
    let wrong = "?q=%00&location=%07&min_price=x&max_price=-1&sort=x&page=0&page_size=101&cursor=x";
    for operation in contract.operations() {
        let takes_a_filter = [
            "/properties/",
            "/properties/places/",
            "/properties/facets/",
            "/properties/no-cache/",
            "/properties/feed.atom",
        ];
        if takes_a_filter.contains(&operation.template.as_str()) {
            let path = format!("{}{wrong}", operation.template);
            for accept in ["application/json", "text/html"] {
                let page = ask(&app, &operation, &path, &[("accept", accept)]).await;
                contract.check(&operation, &page.assert_status(400));
            }
        }
        if operation.method == Method::POST {
            let path = operation.path();
            let request = app.reader.request(Method::POST, &path);
            let page = app.reader.send(request.body(vec![b' '; 2 * 1024 * 1024])).await;
            contract.check(&operation, &page.assert_status(413));
        }
        if operation.template == "/properties/cache-load-test/" {
            for body in [json!({"requests": 0}), json!({"x": 1}), json!([1])] {
                let request = app.reader.request(Method::POST, &operation.template);
                let page = app.reader.send(request.json(&body)).await;
                contract.check(&operation, &page.assert_status(400));
            }
        }
    }
}

#[tokio::test]
async fn a_second_load_test_is_answered_as_it_is_described() {
    let app = development().await;
    let contract = Contract::of(&app).await;
    // The first one's requests wait for this lock, because nothing is cached.
    let lock = app.database.lock("property").await;
    let operations = contract.operations().into_iter();
    let mut operations = operations.filter(|operation| operation.answers(409));
    let operation = operations.next().expect("one that is alone");
    let path = operation.path();
    let first = app.reader.request(Method::POST, &path).send();
    let first = tokio::spawn(first);
    app.database.has_waiting(1).await;
    let page = ask(&app, &operation, &path, &[]).await;
    contract.check(&operation, &page.assert_status(409));
    lock.release().await;
    first.await.expect("done").expect("an answer");
}

#[tokio::test]
async fn an_outage_is_answered_as_it_is_described() {
    let postgres = Proxy::to_postgres();
    let plan = Plan::new().await.homes(3).await.set("DEBUG", "true");
    let app = plan.behind(&postgres).start().await;
    let contract = Contract::of(&app).await;
    postgres.cut();
    for operation in contract.operations() {
        if !operation.answers(503) {
            continue;
        }
        for accept in ["application/json", "text/html"] {
            let page = ask(&app, &operation, &operation.path(), &[("accept", accept)]).await;
            // Some management endpoints still respond.
            assert!(page.status == 503 || operation.tag == "management", "{page:?}");
            contract.check(&operation, &page);
        }
    }
}

#[tokio::test]
async fn it_says_who_may_manage_the_cache_and_that_in_development_anybody_may() {
    let app = development().await;
    let production = app.another().set("DEBUG", "false").start().await;
    let security = async |app: &App| {
        let document = app.get("/openapi.json").await.assert_status(200).json();
        document["paths"]["/properties/cache-clear/"]["post"]["security"].clone()
    };
    let token = json!({"token": []});
    let staff = json!({"session": [], "csrf": []});
    assert_eq!(security(&app).await, json!([token, staff, {}]));
    assert_eq!(security(&production).await, json!([token, staff]));
}

#[tokio::test]
async fn bounds_and_names_are_those_of_the_contract() {
    let app = development().await;
    let document = app.get("/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let parameters = &document["paths"]["/properties/"]["get"]["parameters"];
    let parameters = parameters.as_array().expect("parameters");
    let names: Vec<_> = parameters.iter().filter_map(|p| p["name"].as_str()).collect();
    let wanted = [
        "q",
        "location",
        "min_price",
        "max_price",
        "listing_type",
        "property_type",
        "min_bedrooms",
        "max_bedrooms",
        "min_bathrooms",
        "min_area",
        "max_area",
        "feature",
        "near",
        "radius",
        "since",
        "status",
        "sort",
        "page",
        "page_size",
        "cursor",
        "format",
        "If-None-Match",
    ];
    assert_eq!(names, wanted);
    let schema = |name: &str| {
        let mut found = parameters.iter().filter(|p| p["name"] == name);
        found.next().map_or(Value::Null, |p| p["schema"].clone())
    };
    let orders = json!([
        "newest",
        "oldest",
        "price",
        "-price",
        "bedrooms",
        "-bedrooms",
        "area",
        "-area",
        "distance"
    ]);
    assert_eq!(schema("sort")["oneOf"][0]["enum"], orders);
    for (name, max) in [("page", 200), ("page_size", 100)] {
        let number = &schema(name)["oneOf"][0];
        assert_eq!((&number["minimum"], &number["maximum"]), (&json!(1), &json!(max)));
    }
    let price = &document["components"]["schemas"]["Property"]["properties"]["price"];
    assert_eq!(price["type"], json!(["string", "null"]));
    assert_eq!(price["pattern"], r"^[0-9]{1,8}\.[0-9]{2}$");
}

/// Values of each parameter, some valid, some invalid.
fn values() -> [(&'static str, Vec<String>); 5] {
    let of = |values: &[&str]| values.iter().map(|text| (*text).to_owned()).collect();
    let mut words: Vec<String> =
        of(&["", "sea view", "a\tb\nc", "\u{85}", " x\u{c}", "a\u{b}b", "a\u{202e}b", "\u{2066}"]);
    words.extend(["\0", "a\u{9f}b", "é🏠"].map(str::to_owned));
    words.extend([200, 201].map(|length| "x".repeat(length)));
    words.push(format!("  {}\u{3000}", "é".repeat(200)));
    let prices = of(&[
        "",
        " ",
        "5",
        "007",
        "0.50",
        "1.500",
        "250.000",
        "0.500",
        "1.5000",
        "1234.500",
        "1.234",
        "1.",
        ".5",
        "1e5",
        "$1,234.50",
        "£ 5",
        "€\u{a0}7",
        "1,23",
        "12,345,678",
        "012,345,678",
        "123,456,789",
        "000,000,123",
        "0,0",
        "99999999.99",
        "100000000",
        "0000100000000",
        "-1",
        "-0",
        "−€0,000.00",
        "- 0",
        "٣",
        "abc",
    ]);
    let names = of(&["newest", "-price", "", "\u{2003}", "Newest", "cheap"]);
    let numbers = of(&["1", "200", "201", "0", "-1", "x", "", "\t", "1.5"]);
    [
        ("q", words.clone()),
        ("location", words),
        ("min_price", prices),
        ("sort", names),
        ("page", numbers),
    ]
}

#[tokio::test]
async fn the_values_that_are_described_are_those_that_are_taken() {
    let plan = Plan::new().await.homes(300).await;
    let app = plan.start().await;
    let document = app.get("/openapi.json").await.json();
    let parameters = &document["paths"]["/properties/"]["get"]["parameters"];
    let parameters = parameters.as_array().expect("parameters");
    for (name, values) in values() {
        let mut described = parameters.iter().filter(|p| p["name"] == name);
        let schema = &described.next().expect("described")["schema"];
        let schema = if name == "location" { &schema["items"] } else { schema };
        let validator = jsonschema::validator_for(schema).expect("a schema");
        for value in values {
            let text: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let page = app.get(&format!("/properties/?page_size=1&{name}={text}")).await;
            let number = value.parse::<i64>().ok().filter(|_| name == "page");
            let sent = number.map_or_else(|| json!(value), |number| json!(number));
            let described = validator.is_valid(&sent);
            let want = match (described, &*value) {
                (true, _) => 200,
                // A valid number, but no list has that many pages.
                (false, "201") => 404,
                (false, _) => 400,
            };
            assert_eq!(page.status, want, "{name}={value:?}");
        }
    }
}

#[tokio::test]
async fn the_command_prints_what_a_site_in_the_same_mode_serves() {
    let app = development().await;
    let served = app.get("/openapi.json").await.assert_status(200);
    assert_eq!(served.header("content-type"), "application/json");
    let shell = Shell::bare();
    let printed = shell.set("DEBUG", "true").run(&["openapi"]).done();
    let printed: Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(printed, served.json());
}
