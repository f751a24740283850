//! While somebody types a filter that can't be used yet, the results stay and the field says what is wrong.

use crate::harness::{App, Chromium, spawn_homes, until};

async fn start() -> (App, Chromium) {
    let app = spawn_homes(30).await;
    let chromium = Chromium::start().await;
    chromium.open(&app, "/properties/").await;
    (app, chromium)
}

async fn is_marked(chromium: &Chromium, name: &str) {
    let marked = "
        const field = document.getElementById(arguments[0]);
        const error = document.getElementById(field.getAttribute('aria-describedby') ?? '');
        return field.ariaInvalid === 'true' && error !== null && error.checkVisibility() && error.textContent !== ''
            && document.querySelector('.is-loading') === null";
    until("the field is marked", async || chromium.run(marked, &[name.into()]).await == true).await;
}

#[tokio::test]
async fn an_unfinished_price_keeps_the_results_and_is_marked_until_it_is_finished() {
    let (_app, chromium) = start().await;
    let before = (chromium.text("h1").await, chromium.listings().await);
    for name in ["min_price", "max_price"] {
        for typed in ["1,2", "12.345", "-", "1e4"] {
            chromium.fill(name, typed).await;
            is_marked(&chromium, name).await;
            assert_eq!(chromium.field(name).await, typed);
            let now = (chromium.text("h1").await, chromium.listings().await);
            assert_eq!(now, before, "{name} {typed}");
            assert_eq!(chromium.path().await, "/properties/");
        }
        chromium.fill(name, "").await;
        let cleared =
            "return document.querySelectorAll('#filter [aria-invalid], #filter .error').length";
        until("the mark is gone", async || chromium.run(cleared, &[]).await == 0).await;
    }
    // The price is finished where it was begun.
    chromium.fill("min_price", "12,0").await;
    is_marked(&chromium, "min_price").await;
    assert_eq!(chromium.run("return document.activeElement.id", &[]).await, "min_price");
    chromium.type_text("00").await;
    until("the results follow", async || chromium.texts("h1").await == ["19 homes"]).await;
    assert_eq!(chromium.field("min_price").await, "12,000");
    assert_eq!(chromium.texts("#filter .error").await, [""; 0]);
}

#[tokio::test]
async fn every_field_of_the_filter_keeps_the_results() {
    let (app, chromium) = start().await;
    let before = chromium.listings().await;
    for (name, typed) in [("q", "w".repeat(300)), ("location", "l".repeat(101))] {
        chromium.open(&app, "/properties/").await;
        chromium.fill(name, &typed).await;
        let leave = "document.activeElement.dispatchEvent(new Event('change', {bubbles: true}))";
        chromium.run(leave, &[]).await;
        is_marked(&chromium, name).await;
        assert_eq!(chromium.listings().await, before, "{name}");
        let value = "return document.getElementById(arguments[0]).value";
        assert_eq!(chromium.run(value, &[name.into()]).await, *typed);
    }
    // Another choice, while a price is unfinished, loses neither.
    chromium.open(&app, "/properties/").await;
    chromium.fill("max_price", "1,2").await;
    chromium.fill("sort", "price").await;
    is_marked(&chromium, "max_price").await;
    assert_eq!(chromium.listings().await, before);
    chromium.fill("max_price", "1,200,000").await;
    until("both are applied", async || {
        let path = chromium.path().await;
        path.contains("sort=price") && path.contains("max_price")
    })
    .await;
}
