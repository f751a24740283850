//! `/shortlist/`: listings side by side, by their numbers.

use super::app_of;
use crate::harness::{App, Page, Shows as _, listing};

const HOMES: [(&str, u32, &str); 4] =
    [("One", 500, "Leith"), ("Two", 700, "Joppa"), ("Three", 900, "Leith"), ("Four", 300, "Joppa")];

async fn compared(app: &App, ids: &str) -> Page {
    app.get(&format!("/shortlist/?ids={ids}")).await.assert_status(200)
}

/// The numbers of the listings that are compared, in their order.
fn ids(page: &Page) -> Vec<i64> {
    let columns = super::between(page.text(), "<div class=\"card\" data-id=\"", "\"");
    columns.into_iter().map(super::number).collect()
}

#[tokio::test]
async fn listings_are_compared_in_the_order_of_the_link_and_only_by_facts_that_one_of_them_has() {
    let app = app_of(&HOMES).await;
    app.sql("UPDATE property SET bedrooms = 3, features = '{Garden,Lift}' WHERE id = 2").await;
    app.has_heard_of_everything().await;
    let page = compared(&app, "3,1,2,3").await;
    assert_eq!(ids(&page), [3, 1, 2]);
    page.shows(["Bedrooms</th><td class=\"versus__none\">–</td>", "<td><bdi>3</bdi></td>"]);
    page.shows(["Garden, Lift", "href=\"/shortlist/?ids=3,2\"", "/shortlist/?ids=3,1,2\""]);
    page.hides(["Bathrooms", "no longer available"]);
    let json = app.get_json("/shortlist/?ids=3,1,2&format=json").await;
    assert_eq!((&json["count"], &json["results"][0]["id"]), (&3.into(), &3.into()));
    assert_eq!(json["results"][2]["features"][1], "Lift");
}

#[tokio::test]
async fn a_listing_that_the_public_may_not_see_is_labelled_as_gone_and_is_no_error() {
    let app = app_of(&HOMES).await;
    let statuses =
        "UPDATE property SET status = (ARRAY['draft', 'withdrawn', 'closed'])[id] WHERE id < 4";
    app.sql(statuses).await;
    app.has_heard_of_everything().await;
    let page = compared(&app, "1,2,3,4,99").await;
    assert_eq!(ids(&page), [3, 4]);
    page.shows([
        "3 listings are no longer available: 1, 2, 99.",
        "href=\"/shortlist/?ids=3,4\"",
        "Sold",
    ]);
    page.hides([">One<", ">Two<"]);
    let json = app.get_json("/shortlist/?ids=1,2,3,4,99&format=json").await;
    assert_eq!(json["gone"], serde_json::json!([1, 2, 99]));
    compared(&app, "99")
        .await
        .shows(["Listing 99 is no longer available.", "No listings to compare"]);
    compared(&app, "").await.shows(["No listings to compare"]);
}

#[tokio::test]
async fn more_than_fifty_listings_and_what_is_no_number_are_refused_by_name() {
    let app = app_of(&HOMES).await;
    let many = |last: u32| (1..=last).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    compared(&app, &many(50)).await;
    for (ids, said) in [
        (many(51), "At most 50 listings can be compared at once."),
        ("1,two".to_owned(), "“two” is not the number of a listing."),
    ] {
        let page = app.get(&format!("/shortlist/?ids={ids}")).await.assert_status(400);
        page.shows([said]);
        let json = app.get(&format!("/shortlist/?format=json&ids={ids}")).await.assert_status(400);
        assert!(json.json()["errors"]["ids"][0].as_str().is_some_and(|text| text.contains(said)));
    }
}

#[tokio::test]
async fn a_change_of_a_compared_listing_shows_at_once_and_one_of_another_leaves_the_page_a_hit() {
    let app = app_of(&HOMES).await;
    let staff = app.staff().await;
    let path = "/shortlist/?ids=1,2";
    app.has_in_memory(path).await;
    staff.edit_listing(3, &listing("Three", "901", "Leith")).await;
    staff.create_listing(&listing("Five", "1", "Leith")).await;
    let page = app.get(path).await;
    assert!(page.is_memory_hit(), "{}", page.cache_status());
    staff.edit_listing(2, &listing("Two", "650", "Joppa")).await;
    app.get(path).await.shows(["650"]).hides(["700"]);
    staff.set_status(1, "withdrawn").await;
    app.get(path).await.shows(["Listing 1 is no longer available."]);
    staff.set_status(1, "active").await;
    app.get(path).await.shows([">One<"]).hides(["no longer"]);
    // A number without a listing may get one.
    let path = "/shortlist/?ids=2,6";
    app.get(path).await.shows(["Listing 6 is no longer available."]);
    let id = staff.create_listing(&listing("Six", "1", "Leith")).await;
    assert_eq!(id, 6);
    app.get(path).await.shows([">Six<"]).hides(["no longer"]);
}

#[tokio::test]
async fn one_shortlist_is_one_page_however_its_link_is_written() {
    let app = app_of(&HOMES).await;
    app.has_in_memory("/shortlist/?ids=1,2").await;
    for same in ["ids=1,2,1", "ids=1&ids=2", "utm_source=x&ids=%2001,2", "ids=1%2C2"] {
        let page = app.get(&format!("/shortlist/?{same}")).await;
        assert!(page.is_memory_hit(), "{same}: {}", page.cache_status());
    }
    app.get("/robots.txt").await.shows(["Disallow: /shortlist/"]);
}

#[tokio::test]
async fn pages_with_hearts_are_the_same_bytes_for_every_visitor_and_set_no_cookie() {
    let app = app_of(&HOMES).await;
    let staff = app.staff().await;
    let cookie = "shortlist=1,2; seen=3; sessionid=marker";
    for path in ["/properties/", "/properties/1/", "/shortlist/", "/shortlist/?ids=1,2"] {
        let first = app.get(path).await.assert_status(200);
        first.shows(["href=\"/shortlist/\"", "/static/keep."]).hides(["class=\"heart", "marker"]);
        for other in [staff.get(path).await, app.reader.get_with(path, &[("cookie", cookie)]).await]
        {
            assert_eq!(other.body, first.body, "{path}");
            assert!(other.header("set-cookie").is_empty(), "{path}: {other:?}");
        }
    }
}
