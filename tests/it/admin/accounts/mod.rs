//! The accounts of staff: who manages them, what is recorded, and when sessions end.

mod audit;
mod forms;
mod guards;
mod look_alikes;
mod management;
mod preparation;
mod rights;
mod sessions;
mod throttling;

use crate::harness::{App, Browser, Page};

/// A strong password that no account has.
const NEW: &str = "nanoseconds of wire";

/// The URL of an account's page.
async fn of(app: &App, username: &str, page: &str) -> String {
    format!("/admin/users/{}/{page}/", id(app, username).await)
}

async fn id(app: &App, username: &str) -> String {
    app.sql(&format!("SELECT id FROM site_user WHERE username = '{username}'")).await
}

/// The fields of a form.
fn fields<'a>(pairs: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
    pairs.iter().map(|(name, value): &(&'a str, &str)| (*name, (*value).to_owned())).collect()
}

/// Adds a staff account with permissions.
async fn add(browser: &Browser, username: &str, permissions: &[&str]) -> Page {
    let mut form = fields(&[
        ("username", username),
        ("email", "somebody@homes.example"),
        ("password1", NEW),
        ("password2", NEW),
        ("is_active", "1"),
        ("is_staff", "1"),
    ]);
    form.extend(permissions.iter().map(|name| ("permissions", (*name).to_owned())));
    browser.submit("/admin/users/add/", &form).await
}

/// Changes an account; `ticked` are the selected checkboxes.
async fn change(app: &App, browser: &Browser, username: &str, ticked: &[(&str, &str)]) -> Page {
    let mut form = fields(&[("username", username)]);
    form.extend(fields(ticked));
    browser.submit(&of(app, username, "change").await, &form).await
}
