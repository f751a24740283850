//! The Back button restores a form with its typed text and counters, and with the tokens that prevent it from being
//! saved twice or over another user's change.

use super::admin_forms::CHANGE;
use crate::harness::{App, Chromium, PASSWORD, Shows as _, spawn_homes, until};

const ADD: &str = "/admin/properties/add/";
const TYPED: [(&str, &str); 4] = [
    ("title", "Sea view"),
    ("description", "Two rooms."),
    ("price", "1,250.50"),
    ("location", "Joppa"),
];

async fn start(chromium: &Chromium, path: &str) -> App {
    let app = spawn_homes(2).await;
    chromium.log_in(&app).await;
    chromium.open(&app, path).await;
    app
}

async fn fill(chromium: &Chromium) {
    for (name, value) in TYPED {
        chromium.fill(name, value).await;
    }
}

async fn is_filled(chromium: &Chromium) {
    for (name, value) in TYPED {
        assert_eq!(chromium.field(name).await, value, "{name}");
    }
}

async fn add_and_go_back(chromium: &Chromium) {
    fill(chromium).await;
    chromium.send("[name=_save]").await;
    assert_eq!(chromium.path().await, "/admin/properties/");
    chromium.goes_back_to(ADD).await;
}

#[tokio::test]
async fn back_after_a_save_shows_every_field_and_the_counters_of_what_they_hold() {
    let chromium = Chromium::start().await;
    let app = start(&chromium, ADD).await;
    add_and_go_back(&chromium).await;
    let counters = ["8 of 200", "10 of 20,000", "5 of 100"];
    until("the counters are right", async || {
        let shown = chromium.texts(".counter").await;
        counters.iter().all(|counter| shown.iter().any(|text| text == counter))
    })
    .await;
    is_filled(&chromium).await;
    // Sending the same form again adds nothing.
    chromium.send("[name=_save]").await;
    assert_eq!(app.database.listings().await, "3");
    chromium.text(".notice").await.shows(["saved once"]);
    // A form for another listing is not mistaken for it.
    chromium.goes_back_to(ADD).await;
    chromium.fill("title", "Hill view").await;
    chromium.send("[name=_save]").await;
    assert_eq!(chromium.status().await, 409);
    assert_eq!(chromium.field("title").await, "Hill view");
    assert_eq!(chromium.field("price").await, "1,250.50");
    chromium.send("[name=_save]").await;
    assert_eq!(app.database.listings().await, "4");
}

#[tokio::test]
async fn without_scripts_back_after_a_save_shows_every_field() {
    let chromium = Chromium::start().await.without_scripts().await;
    let _app = start(&chromium, ADD).await;
    add_and_go_back(&chromium).await;
    is_filled(&chromium).await;
}

#[tokio::test]
async fn what_comes_back_does_not_overwrite_a_later_change() {
    let chromium = Chromium::start().await;
    let app = start(&chromium, CHANGE).await;
    fill(&chromium).await;
    chromium.send("[name=_save]").await;
    app.sql("UPDATE property SET title = 'Theirs', price = 7 WHERE id = 1").await;
    chromium.goes_back_to(CHANGE).await;
    is_filled(&chromium).await;
    chromium.fill("title", "Sea views").await;
    chromium.send("[name=_save]").await;
    assert_eq!(chromium.status().await, 409);
    assert_eq!(app.sql("SELECT title FROM property WHERE id = 1").await, "Theirs");
}

/// Logs out and in again, as in another tab of the browser.
async fn log_in_elsewhere(chromium: &Chromium, name: &str) {
    assert_eq!(chromium.run("
        const post = (path, fields) => fetch(path, {method: 'POST', body: new URLSearchParams(fields)});
        const token = page => new DOMParser().parseFromString(page, 'text/html').querySelector('[name=csrf_token]').value;
        return (async (username, password) => {
            await post('/admin/logout/', {csrf_token: document.querySelector('[name=csrf_token]').value});
            const login = await (await fetch('/admin/login/')).text();
            const answer = await post('/admin/login/', {csrf_token: token(login), username, password});
            return answer.status;
        })(...arguments)", &[name.into(), PASSWORD.into()]).await, 200);
}

#[tokio::test]
async fn a_form_outlives_a_login_in_another_tab() {
    let chromium = Chromium::start().await;
    let app = start(&chromium, ADD).await;
    fill(&chromium).await;
    log_in_elsewhere(&chromium, "ada").await;
    chromium.send("[name=_save]").await;
    assert_eq!(chromium.status().await, 403);
    chromium.text(".notice").await.shows(["now logged in as “ada”"]);
    is_filled(&chromium).await;
    assert_eq!(app.database.listings().await, "2");
    chromium.send("[name=_save]").await;
    assert_eq!(app.database.listings().await, "3");
}
