//! Filters and order of the list: over the results on a phone, beside them on a desktop.

use crate::harness::{App, Chromium, Key, spawn_homes, until, with_and_without_scripts};

const COVERS: &str = "
    const at = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    return at !== null && at.closest('.filter__more') !== null";

async fn on_a_phone(app: &App, chromium: &Chromium) {
    chromium.resize(390).await;
    chromium.open(app, "/properties/").await;
    assert_eq!(chromium.run(COVERS, &[]).await, false);
    chromium.click(".filter__more > summary").await;
    until("the filters are over the results", async || chromium.run(COVERS, &[]).await == true)
        .await;
    // The button is within reach wherever the fields are scrolled to.
    let reach = "
        const {top, bottom} = document.querySelector('#show').getBoundingClientRect();
        return top > innerHeight / 2 && bottom <= innerHeight";
    assert_eq!(chromium.run(reach, &[]).await, true);
}

#[tokio::test]
async fn on_a_phone_the_filters_open_over_the_results_and_lead_to_them() {
    let app = spawn_homes(30).await;
    with_and_without_scripts(async |chromium| {
        on_a_phone(&app, chromium).await;
        chromium.fill("min_price", "29000").await;
        chromium.click("#show").await;
        until("the list that was asked for", async || {
            chromium.path().await.contains("min_price=29000")
                && chromium.listings().await == ["/properties/30/", "/properties/29/"]
        })
        .await;
        assert_eq!(chromium.run(COVERS, &[]).await, false);
    })
    .await;
}

#[tokio::test]
async fn with_scripts_the_button_counts_what_is_below_and_escape_closes_the_filters() {
    let app = spawn_homes(30).await;
    let chromium = Chromium::start().await;
    on_a_phone(&app, &chromium).await;
    assert_eq!(chromium.text("#show").await, "Show 30 homes");
    chromium.assert_accessible("open filters", &[390]).await;
    chromium.fill("min_price", "29000").await;
    until("the count follows", async || chromium.text("#show").await == "Show 2 homes").await;
    let inert =
        "return document.querySelector('.listed').inert && document.querySelector('#intro').inert";
    assert_eq!(chromium.run(inert, &[]).await, true);
    chromium.press(Key::Escape).await;
    until("the results are there", async || chromium.run(COVERS, &[]).await == false).await;
    assert_eq!(chromium.run(inert, &[]).await, false);
}

#[tokio::test]
async fn the_order_is_chosen_above_the_results_and_keeps_the_filters() {
    let app = spawn_homes(30).await;
    with_and_without_scripts(async |chromium| {
        chromium.open(&app, "/properties/?min_price=29000").await;
        chromium.fill("sort", "price").await;
        // With scripts, the results follow the choice.
        if chromium.texts("#sorting .button").await != [""] {
            chromium.follow("#sorting .button").await;
        }
        until("the order that was chosen", async || {
            chromium.listings().await == ["/properties/29/", "/properties/30/"]
        })
        .await;
        let price = chromium.parameter("min_price").await.unwrap_or_default();
        assert_eq!(price.replace(',', ""), "29000");
    })
    .await;
}

#[tokio::test]
async fn on_a_desktop_the_filters_stay_in_view() {
    let app = spawn_homes(60).await;
    let chromium = Chromium::start().await;
    chromium.open(&app, "/properties/").await;
    chromium.run("scrollTo(0, 1500)", &[]).await;
    let seen = "const {top, bottom} = document.querySelector('#q').getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight && scrollY > 500";
    until("the search is in view", async || chromium.run(seen, &[]).await == true).await;
}
