//! Keys come from the parsed query: irrelevant differences share an entry, relevant ones never do.

use crate::harness::{spawn_app, spawn_homes};

#[tokio::test]
async fn unknown_parameters_order_and_defaults_share_one_entry() {
    let app = spawn_homes(3).await;
    let plain = app.get("/properties/?location=Leith&min_price=1").await;
    for query in [
        "min_price=1&location=Leith",
        "location=Leith&min_price=1.00&utm_source=x&fbclid=1&_=2",
        "location=%4Ceith&min_price=1&page=1&page_size=24&sort=newest",
        "location=Leith&min_price=1&q=&max_price=",
        "location=Leith&min_price=9&min_price=1",
        "location=Leith&location=Leith&min_price=%241",
    ] {
        let page = app.get(&format!("/properties/?{query}")).await;
        page.assert_hit();
        assert_eq!(page.text(), plain.text(), "{query}");
    }
    assert_eq!(app.keys("page").await.len(), 1);
}

#[tokio::test]
async fn queries_that_differ_have_entries_of_their_own() {
    let app = spawn_homes(3).await;
    let queries = [
        "",
        "q=home",
        "q=Home",
        "location=Leith",
        "location=Leith&location=Joppa",
        "min_price=1",
        "max_price=1",
        "sort=price",
        "sort=-price",
        "page_size=2",
        "page=2&page_size=2",
        "format=json",
    ];
    for query in queries {
        app.get(&format!("/properties/?{query}")).await.assert_stored();
    }
    assert_eq!(app.keys("page").await.len(), queries.len());
}

#[tokio::test]
async fn random_parameters_fill_no_cache() {
    let app = spawn_homes(1).await;
    for number in 0..100 {
        let path = format!("/properties/?x{number}={number}&utm_campaign={number}");
        app.get(&path).await.assert_status(200);
        app.get(&format!("/properties/{}/", 1_000 + number)).await;
        app.get(&format!("/properties/?page={}", 201 + number)).await;
        app.get(&format!("/nowhere/{number}/")).await;
    }
    assert_eq!(app.keys("page").await.len(), 1);
    app.get("/properties/").await.assert_hit();
}

#[tokio::test]
async fn hostile_values_make_short_keys_or_none() {
    let app = spawn_app().await;
    let long = "é".repeat(200);
    let accepted = [
        format!("q={long}"),
        format!("location={}", "ß".repeat(100)),
        "q=%F0%9F%8F%A0".to_owned(),
        "q='%20OR%201%3D1--".to_owned(),
        "location=*%3F%5B%5D%7B%7D%0A".to_owned(),
        "q=%2E%2E%2F%2E%2E%2F&location=a%3Ab%3Ac".to_owned(),
    ];
    for query in &accepted {
        let path = format!("/properties/?{query}");
        app.get(&path).await.assert_status(200);
        assert!(app.get(&path).await.is_hit(), "{query}");
    }
    for query in &[
        format!("q={}", "x".repeat(201)),
        "q=%00".to_owned(),
        "location=a%00b".to_owned(),
        format!("location={}", "x".repeat(101)),
        "q=%1b".to_owned(),
    ] {
        app.get(&format!("/properties/?{query}")).await.assert_status(400);
    }
    let keys = app.redis().await.keys(&app.prefix).await;
    assert_eq!(app.keys("page").await.len(), accepted.len());
    assert!(keys.iter().all(|key| key.len() < 300), "{keys:#?}");
}
