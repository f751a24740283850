//! The enhancements of a listing's forms by scripts.

use super::admin_forms::CHANGE;
use crate::harness::{App, Chromium, spawn_homes, until};

/// Whether the browser would ask before leaving the page.
const ASKS: &str = "
    const leaving = new Event('beforeunload', {cancelable: true});
    dispatchEvent(leaving);
    return leaving.defaultPrevented";

async fn on_the_form() -> (App, Chromium) {
    let app = spawn_homes(2).await;
    let chromium = Chromium::logged_in(&app).await;
    chromium.open(&app, CHANGE).await;
    (app, chromium)
}

async fn asks(chromium: &Chromium) -> bool {
    chromium.run(ASKS, &[]).await == true
}

#[tokio::test]
async fn leaving_is_asked_about_only_with_changes_that_are_not_saved() {
    let (app, chromium) = on_the_form().await;
    assert!(!asks(&chromium).await);
    let before = chromium.field("title").await;
    chromium.fill("title", "Changed").await;
    assert!(asks(&chromium).await);
    chromium.fill("title", &before).await;
    assert!(!asks(&chromium).await);
    // Content that is shown again after an error, a preview or a conflict is not saved either.
    chromium.fill("price", "free").await;
    chromium.send("[name=_save]").await;
    assert_eq!(chromium.status().await, 422);
    assert!(asks(&chromium).await);
    chromium.fill("price", "7").await;
    chromium.send("[name=_preview]").await;
    assert!(asks(&chromium).await);
    chromium.send("[name=_edit]").await;
    assert!(asks(&chromium).await);
    app.sql("UPDATE property SET price = 8").await;
    chromium.send("[name=_save]").await;
    assert_eq!(chromium.status().await, 409);
    assert!(asks(&chromium).await);
    // After a save, the browser does not ask.
    chromium.send("[name=_continue]").await;
    assert_eq!(chromium.field("price").await, "7.00");
    assert!(!asks(&chromium).await);
}

#[tokio::test]
async fn a_form_is_sent_once_however_often_its_button_is_pressed() {
    let (app, chromium) = on_the_form().await;
    chromium.fill("title", "Pressed").await;
    let press = "
        window.isLeft = true;
        window.sent = 0;
        const form = document.querySelector('form[data-guard]');
        form.addEventListener('submit', event => { sent += !event.defaultPrevented });
        const button = form.querySelector('[name=_continue]');
        button.click(); button.click(); button.click();
        const sentNow = sent;
        return new Promise(done => setTimeout(() => done([sentNow, button.disabled])))";
    let outcome = chromium.run(press, &[]).await;
    assert_eq!(outcome[0], 1, "{outcome}");
    until("it is saved", async || {
        app.sql("SELECT title FROM property WHERE id = 1").await == "Pressed"
    })
    .await;
    assert_eq!(app.database.changes().await, "1");
}

#[tokio::test]
async fn characters_are_counted_as_the_server_counts_them() {
    let (_app, chromium) = on_the_form().await;
    chromium.fill("title", "  Größe 🏠 ").await;
    let counters = chromium.texts(".counter").await;
    assert_eq!(counters[0], "7 of 200", "{counters:?}");
    chromium.fill("title", &"e".repeat(201)).await;
    assert_eq!(chromium.texts(".counter--over").await, ["201 of 200"]);
    chromium.send("[name=_save]").await;
    assert_eq!(chromium.status().await, 422);
}

#[tokio::test]
async fn editing_ones_own_version_chooses_it() {
    let (app, chromium) = on_the_form().await;
    chromium.fill("title", "Mine").await;
    app.sql("UPDATE property SET title = 'Theirs', price = 7 WHERE id = 1").await;
    chromium.send("[name=_save]").await;
    let chosen = "return document.querySelector('[name=choose_price]:checked').value";
    assert_eq!(chromium.run(chosen, &[]).await, "theirs");
    chromium.fill("price", "9").await;
    assert_eq!(chromium.run(chosen, &[]).await, "mine");
    chromium.send("[name=_save]").await;
    assert_eq!(app.sql("SELECT title || price FROM property WHERE id = 1").await, "Mine9.00");
}

#[tokio::test]
async fn places_are_suggested_by_their_letters() {
    let (_app, chromium) = on_the_form().await;
    let options =
        "return [...document.querySelectorAll('#places option')].map(option => option.value)";
    let all = chromium.run(options, &[]).await;
    assert_eq!(all.as_array().map(Vec::len), Some(2), "{all}");
    chromium.fill("location", "jop").await;
    until("one place is left", async || {
        chromium.run(options, &[]).await == serde_json::json!(["Joppa"])
    })
    .await;
}
