//! Reading all rows with cursors.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::harness::{App, Plan};

fn path_of(url: &Value) -> Option<String> {
    let url = url.as_str()?;
    let path = url.strip_prefix("http://homes.example");
    Some(path.expect("a link to this site").to_owned())
}

fn ids(list: &Value) -> Vec<i64> {
    let rows = list["results"].as_array().expect("a list");
    rows.iter().map(|row| row["id"].as_i64().expect("an id")).collect()
}

/// Follows `next` to the end, and runs `meanwhile` after each page.
async fn walk(app: &App, query: &str, mut meanwhile: impl AsyncFnMut(usize)) -> Vec<i64> {
    let mut path = Some(format!("/properties/?format=json&{query}"));
    let mut seen = Vec::new();
    let mut pages = 0;
    while let Some(at) = path {
        let list = app.get(&at).await.assert_status(200).json();
        seen.extend(ids(&list));
        pages += 1;
        assert!(pages < 100, "the walk never ends");
        meanwhile(pages).await;
        path = path_of(&list["next"]);
    }
    seen
}

#[tokio::test]
async fn a_walk_meets_every_row_once_in_every_order() {
    let ties = "UPDATE property SET price = 5000 WHERE id > 10; UPDATE property SET location = 'Leith' WHERE id < 20";
    let app = Plan::with_homes(53).await.sql(ties).await.start().await;
    for (query, order, filter) in [
        ("", "created_at DESC, id DESC", "true"),
        ("sort=oldest", "created_at, id", "true"),
        ("sort=price", "price, id", "true"),
        ("sort=-price", "price DESC, id DESC", "true"),
        ("location=leith&sort=price", "price, id", "location = 'Leith'"),
        ("q=home&min_price=5000", "created_at DESC, id DESC", "price >= 5000"),
    ] {
        let sql = format!(
            "SELECT string_agg(id::text, ' ' ORDER BY {order}) FROM property WHERE {filter}"
        );
        let want = app.database.value(&sql).await;
        let seen = walk(&app, &format!("{query}&page_size=7"), async |_| {}).await;
        let seen: Vec<_> = seen.iter().map(i64::to_string).collect();
        assert_eq!(seen.join(" "), want, "{query}");
    }
}

#[tokio::test]
async fn a_walk_repeats_and_loses_nothing_while_rows_come_and_go() {
    let app = Plan::new().await.homes(40).await.start().await;
    let seen = walk(&app, "page_size=5", async |page| {
        let sql = format!(
            "INSERT INTO property (title, description, price, location)
                 SELECT 'Come ' || n, 'D', 1, 'Leith' FROM generate_series(1, 3) AS n;
             DELETE FROM property WHERE id = {}",
            41 - page
        );
        app.database.run(&sql).await;
    })
    .await;
    let mut counts = BTreeMap::new();
    seen.iter().for_each(|id| *counts.entry(*id).or_insert(0) += 1);
    assert!(counts.values().all(|count| *count == 1), "repeated: {counts:?}");
    let stayed =
        app.database.value("SELECT string_agg(id::text, ' ') FROM property WHERE id <= 40");
    for id in stayed.await.split(' ') {
        assert!(counts.contains_key(&id.parse().expect("an id")), "lost: {id}");
    }
}

#[tokio::test]
async fn a_walk_back_meets_the_same_rows() {
    let app = Plan::new().await.homes(20).await.start().await;
    let mut forward = Vec::new();
    let mut path = Some("/properties/?format=json&page_size=6&sort=price".to_owned());
    let mut last = None;
    while let Some(at) = path {
        let list = app.get(&at).await.json();
        forward.push(ids(&list));
        path = path_of(&list["next"]);
        last = Some(list);
    }
    let mut list = last.expect("a page");
    let mut backward = vec![ids(&list)];
    while let Some(at) = path_of(&list["previous"]) {
        list = app.get(&at).await.assert_status(200).json();
        if ids(&list).is_empty() {
            break;
        }
        backward.push(ids(&list));
    }
    let mut forward = forward.concat();
    let mut backward = backward.concat();
    forward.sort_unstable();
    backward.sort_unstable();
    assert_eq!(forward, backward);
}

#[tokio::test]
async fn a_cursor_that_was_tampered_with_is_refused() {
    let app = Plan::new().await.homes(9).await.start().await;
    let list = app.get_json("/properties/?page_size=3").await;
    let next = path_of(&list["next"]).expect("a next page");
    let (_, cursor) = next.split_once("cursor=").expect("a cursor");
    let cursor = cursor.split('&').next().unwrap_or_default();
    for path in [
        "/properties/?format=json&cursor=junk".to_owned(),
        format!("/properties/?format=json&sort=price&cursor={cursor}"),
        format!("/properties/?format=json&cursor={cursor}x"),
        format!("/properties/?format=json&cursor={}", "A".repeat(5_000)),
    ] {
        let problem = app.get(&path).await.assert_status(400).json();
        assert!(problem["errors"]["cursor"][0].is_string(), "{problem}");
    }
}

#[tokio::test]
async fn cursors_lead_past_the_last_page_that_has_a_number() {
    let app = Plan::new().await.homes(210).await.start().await;
    let list = app.get_json("/properties/?page_size=1&page=200").await;
    let seen = ids(&app.get(&path_of(&list["next"]).expect("more rows")).await.json());
    assert_eq!(seen, [10]);
}

/// The cursor of a list's second page.
async fn cursor_of(app: &App, query: &str) -> String {
    let list = app.get_json(&format!("/properties/?page_size=3{query}")).await;
    let next = path_of(&list["next"]).expect("a next page");
    let (_, cursor) = next.split_once("cursor=").expect("a cursor");
    cursor.split('&').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_cursor_of_another_order_or_filter_is_refused() {
    let app = Plan::new().await.homes(20).await.start().await;
    let lists = [
        "",
        "&sort=oldest",
        "&sort=price",
        "&sort=-price",
        "&location=Leith",
        "&location=Joppa",
        "&location=Leith&location=Joppa",
        "&q=home",
        "&q=about",
        "&min_price=1000",
        "&max_price=90000",
        "&min_price=1000&sort=oldest",
    ];
    for list in lists {
        let cursor = cursor_of(&app, list).await;
        for other in lists {
            let path = format!("/properties/?format=json{other}&cursor={cursor}");
            let page = app.get(&path).await;
            if other == list {
                assert!(!ids(&page.assert_status(200).json()).is_empty());
                continue;
            }
            let problem = page.assert_status(400).json();
            assert!(problem["errors"]["cursor"][0].is_string(), "{problem}");
        }
    }
    // The same list, with other parameters and page sizes.
    let cursor = cursor_of(&app, "&location=Leith&min_price=1000").await;
    let same = "min_price=1000.00&location=LEITH&sort=newest&utm_x=1&page_size=2";
    let path = format!("/properties/?format=json&{same}&cursor={cursor}");
    app.get(&path).await.assert_status(200);
}

#[tokio::test]
async fn a_cursor_with_a_letter_changed_added_or_missing_is_refused() {
    let app = Plan::new().await.homes(9).await.start().await;
    let cursor = cursor_of(&app, "").await;
    for at in 0..cursor.len() {
        let (before, after) = cursor.split_at(at);
        let other = if after.starts_with('A') { "B" } else { "A" };
        for wrong in [
            format!("{before}{other}{}", &after[1..]),
            format!("{before}{}", &after[1..]),
            format!("{before}{other}{after}"),
        ] {
            let path = format!("/properties/?format=json&cursor={wrong}");
            let problem = app.get(&path).await.assert_status(400).json();
            assert!(problem["errors"]["cursor"][0].is_string(), "{wrong}");
        }
    }
}

#[tokio::test]
async fn every_instance_reads_the_cursors_of_every_other() {
    let app = Plan::new().await.homes(9).await.start().await;
    let cursor = cursor_of(&app, "&sort=price").await;
    let key = "another-key-for-tests".repeat(2);
    let other = app.another().set("SECRET_KEY", key).start().await;
    let path = format!("/properties/?format=json&page_size=3&sort=price&cursor={cursor}");
    assert_eq!(ids(&other.get(&path).await.assert_status(200).json()), [4, 5, 6]);
}
