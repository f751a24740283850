//! What a refusal repeats of its request is bounded.

use crate::harness::{App, RawAnswer, spawn_homes, spawn_staffed};

/// The longest address that is answered, in bytes.
const LONGEST: usize = 16 * 1024;
/// The most bytes of an answer to a request that is refused.
const MOST: usize = 96 * 1024;

/// The names of parameters that some page reads.
const NAMES: [&str; 28] = [
    "q",
    "location",
    "name",
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
    "status",
    "near",
    "radius",
    "since",
    "sort",
    "page",
    "page_size",
    "cursor",
    "format",
    "next",
    "done",
    "url",
    "range",
    "per_page",
    "o",
];

/// Query strings as long as they may be: of one sign that is five bytes in HTML, of a value without end, of a parameter that is
/// repeated, and of everything at once.
fn hostile(room: usize) -> Vec<String> {
    let repeated = |pair: &str| pair.repeat(room / pair.len());
    let mut queries: Vec<_> =
        NAMES.iter().map(|name| format!("{name}={}", "'".repeat(room - name.len() - 1))).collect();
    queries.extend(NAMES.iter().map(|name| repeated(&format!("{name}=''''&"))));
    queries.push(
        NAMES.map(|name| format!("{name}={}", "'".repeat(room / NAMES.len() - 20))).join("&"),
    );
    queries
}

async fn asked(app: &App, path: &str, query: &str) -> RawAnswer {
    app.get_raw(&format!("{path}?{query}"), "localhost").await
}

#[tokio::test]
async fn no_public_page_repeats_more_than_a_bounded_part_of_a_hostile_query() {
    let app = spawn_homes(3).await;
    let described = app.get_json("/openapi.json").await;
    let paths = described["paths"].as_object().expect("paths").keys();
    let paths = paths.map(|path| path.replace("{id}", "1").replace(['{', '}'], ""));
    let others =
        ["/", "/admin/", "/admin/login/", "/admin/reset/", "/nowhere/", "/static/nowhere.css"];
    let mut longest = (0, String::new());
    for path in paths.chain(others.map(str::to_owned)).filter(|path| !path.contains("stream")) {
        let plain = asked(&app, &path, "").await.body.len();
        let is_list = ["/properties/", "/properties/places/"].contains(&&*path);
        for query in hostile(LONGEST - path.len() - "&format=json".len()) {
            // Lists are asked for as data, too.
            for format in if is_list { &["", "&format=json"][..] } else { &[""] } {
                let answer = asked(&app, &path, &format!("{query}{format}")).await;
                assert!(answer.status < 500, "{path}?{query}{format}: {answer:?}");
                let length = answer.body.len();
                let shown = format!("{path}?{}{format}: {length} bytes", &query[..40]);
                assert!(length <= MOST.max(plain + 4096), "{shown}");
                longest = longest.max((length, shown));
            }
        }
    }
    // What a page without mistakes has.
    assert!(longest.0 > 10 * 1024, "{longest:?}");
}

#[tokio::test]
async fn an_address_that_is_too_long_is_refused_in_few_words() {
    let app = spawn_homes(1).await;
    for (length, format) in [(LONGEST + 1, ""), (60_000, ""), (60_000, "&format=json")] {
        let answer =
            asked(&app, "/properties/", &format!("q={}{format}", "'".repeat(length))).await;
        assert_eq!(answer.status, 414, "{answer:?}");
        assert!(answer.body.contains("The address is too long."), "{answer:?}");
        assert!(answer.body.len() < 8 * 1024, "{} bytes", answer.body.len());
    }
    let locations: String =
        (0..20).map(|n| format!("location={}{n}&", "%E6%9D%B1".repeat(60))).collect();
    assert_eq!(asked(&app, "/properties/", &locations).await.status, 200);
}

#[tokio::test]
async fn a_long_value_comes_back_shortened_and_its_message_quotes_its_beginning() {
    let app = spawn_homes(1).await;
    let long = "x".repeat(5000);
    let page = app.get(&format!("/properties/?q={long}&min_price={long}")).await.assert_status(400);
    assert!(page.has(&format!("“{}…” is not a price", "x".repeat(40))));
    assert!(page.has(&format!("value=\"{}…\"", "x".repeat(300))) && !page.has(&"x".repeat(301)));
    let json =
        app.reader.get(&format!("/properties/?format=json&{}", "page=x&".repeat(2000))).await;
    let json = json.assert_status(400).json();
    assert_eq!(json["errors"]["page"].as_array().expect("messages").len(), 5);
}

#[tokio::test]
async fn the_enquiry_form_and_the_admins_lists_repeat_a_bounded_part() {
    let (app, staff) = spawn_staffed(1).await;
    let long = "'".repeat(20_000);
    let fields = [("name", &*long), ("email", &long), ("phone", &long), ("message", &long)];
    let page = app.reader.post("/properties/1/enquire/", &fields).await;
    assert_eq!(page.status, 422, "{page:?}");
    assert!(page.body.len() <= 128 * 1024, "{} bytes", page.body.len());
    let lists = ["properties", "users", "history", "enquiries", "logins"]
        .map(|list| format!("/admin/{list}/"));
    for path in lists.iter().map(String::as_str).chain(["/properties/cache-explain/"]) {
        for query in hostile(LONGEST - 100) {
            let page = staff.get(&format!("{path}?{query}")).await;
            assert!(
                page.status < 500 && page.body.len() <= 2 * MOST,
                "{path}: {}",
                page.body.len()
            );
        }
    }
}
