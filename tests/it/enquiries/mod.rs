//! Enquiries: what visitors send, what is refused, and what staff see.

mod inbox;
mod sending;

use crate::harness::{App, Page, eventually};

const COUNT: &str = "SELECT count(*) FROM enquiry";

/// A form about a listing, filled in by a visitor.
fn filled<'a>(token: &'a str, email: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("token", token),
        ("name", "Zoë Müller"),
        ("email", email),
        ("message", "Is it free?\nFrom May?"),
    ]
}

async fn token_of(app: &App, id: i64) -> String {
    app.get(&format!("/properties/{id}/enquire/")).await.assert_status(200).field("token")
}

/// Sends a form repeatedly until it is old enough.
async fn send(app: &App, id: i64, fields: &[(&str, &str)]) -> Page {
    eventually("the form is old enough", async || {
        let page = app.reader.post(&format!("/properties/{id}/enquire/"), fields).await;
        (!page.has("That was fast")).then_some(page)
    })
    .await
}
