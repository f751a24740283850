//! “Reduced by 5 %” on a listing's page: true for as long as the page is shown, and silent of hidden prices.

use super::app_of;
use crate::harness::{App, Shows as _, listing};

const PATH: &str = "/properties/1/";

async fn app() -> App {
    app_of(&[("Flat", 200_000, "Leith"), ("Other", 200_000, "Leith")]).await
}

/// Changes the listing past the site, and returns what its page says of the price then.
async fn said_after(app: &App, change: &str) -> Option<String> {
    app.get(PATH).await.assert_status(200);
    app.sql(&format!("UPDATE property SET {change} WHERE id = 1")).await;
    app.has_heard_of_everything().await;
    let page = app.get(PATH).await.assert_status(200);
    super::between(page.text(), "badge--good\">", " on <time")
        .first()
        .map(|text| (*text).to_owned())
}

fn by(percent: u8) -> Option<String> {
    Some(format!("Reduced by {percent}\u{a0}%"))
}

#[tokio::test]
async fn a_lower_price_is_told_at_once_and_a_higher_one_ends_it() {
    let app = app().await;
    let staff = app.staff().await;
    app.has_in_memory(PATH).await;
    staff.edit_listing(1, &listing("Flat", "190000", "Leith")).await;
    let today = chrono::Utc::now().format("%Y-%m-").to_string();
    app.get(PATH).await.shows([format!("Reduced by 5\u{a0}% on <time datetime=\"{today}")]);
    app.get("/properties/2/").await.hides(["Reduced"]);
    for (change, said) in [
        ("title = 'Sunny flat'", by(5)),
        ("price = 171000", by(10)),
        ("price = 171001", None),
        ("price = 171000", Some("Reduced".to_owned())),
    ] {
        assert_eq!(said_after(&app, change).await, said, "{change}");
    }
}

#[tokio::test]
async fn nothing_is_told_of_a_price_that_was_or_is_hidden() {
    let app = app().await;
    for (change, said) in [
        ("price = 180000", by(10)),
        ("price_qualifier = 'on_application'", None),
        ("price = 90000", None),
        ("price_qualifier = 'guide'", None),
        ("price = 45000", by(50)),
    ] {
        assert_eq!(said_after(&app, change).await, said, "{change}");
    }
    app.sql("UPDATE property SET status = 'draft' WHERE id = 1").await;
    app.sql("UPDATE property SET price = 30000 WHERE id = 1").await;
    app.sql("UPDATE property SET status = 'active' WHERE id = 1").await;
    app.has_heard_of_everything().await;
    app.get(PATH).await.assert_status(200).hides(["Reduced"]);
}

#[tokio::test]
async fn a_price_of_another_period_is_no_reduction() {
    let app = app().await;
    assert_eq!(
        said_after(&app, "listing_type = 'rent', price_period = 'month', price = 900").await,
        None
    );
    assert_eq!(said_after(&app, "price_period = 'week', price = 300").await, None);
    assert_eq!(said_after(&app, "price = 270").await, by(10));
}
