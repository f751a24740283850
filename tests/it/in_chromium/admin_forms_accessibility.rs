//! No page of a listing's forms or of the history breaks a rule that a program can check, and each fits a phone.

use super::admin_forms::{CHANGE, HISTORY};
use crate::harness::{App, Chromium, Plan};

async fn judge(chromium: &Chromium, page: &str) {
    chromium.assert_accessible(page, &[390, 1280]).await;
    chromium.assert_fits(page, 320).await;
    chromium.resize(1280).await;
}

/// A site whose first listing has a history with every kind of change.
async fn start() -> App {
    let text = format!("E'{}'", "Many words stay as they are.\\n\\n".repeat(12));
    let plan = Plan::with_homes(3).await.sql(&format!(
        "UPDATE property SET description = {text} || 'One.';
         UPDATE property SET description = {text} || 'Two.', title = repeat('W', 200), price = 7 WHERE id = 1;
         INSERT INTO property (title, description, price, location)
         SELECT 'T', 'D', 1, 'L' FROM generate_series(1, 1001);
         DELETE FROM property WHERE id IN (2, 3)"
    )).await;
    plan.start().await
}

#[tokio::test]
async fn every_page_of_the_forms_is_accessible() {
    let app = start().await;
    let chromium = Chromium::logged_in(&app).await;
    let deletion = "SELECT max(id) FROM history WHERE kind = 'deleted'";
    let undo = format!("/admin/history/{}/undo/", app.sql(deletion).await);
    for (page, path, status) in [
        ("the form that adds", "/admin/properties/add/", 200),
        ("the form that changes", CHANGE, 200),
        ("a listing's history", HISTORY, 200),
        ("a deleted listing's history", "/admin/properties/2/history/", 200),
        ("the history", "/admin/history/", 200),
        ("a later page of the history", "/admin/history/?before=3", 200),
        ("a refused search of the history", "/admin/history/?from=x&kind=y&listing=z", 400),
        ("the undoing of a deletion", undo.as_str(), 200),
        ("the deletion", "/admin/properties/1/delete/", 200),
    ] {
        chromium.open(&app, path).await;
        assert_eq!(chromium.status().await, status, "{page}");
        chromium
            .run("document.querySelectorAll('details').forEach(part => { part.open = true })", &[])
            .await;
        judge(&chromium, page).await;
    }

    chromium.open(&app, HISTORY).await;
    chromium.follow(".entry__restore a").await;
    judge(&chromium, "the restoring of a version").await;

    chromium.open(&app, CHANGE).await;
    chromium.fill("price", "free").await;
    chromium.fill("location", "").await;
    chromium.send("[name=_save]").await;
    judge(&chromium, "a form with errors").await;
    chromium.fill("price", "9").await;
    chromium.fill("location", "Joppa").await;
    chromium.send("[name=_preview]").await;
    judge(&chromium, "a preview").await;
    chromium.send("[name=_edit]").await;
    app.sql("UPDATE property SET price = 8, title = 'Theirs', description = 'One!' || description WHERE id = 1")
        .await;
    chromium.fill("title", "Mine").await;
    chromium.send("[name=_save]").await;
    assert_eq!(chromium.status().await, 409);
    judge(&chromium, "a conflict").await;
    app.sql("DELETE FROM property WHERE id = 1").await;
    chromium.send("[name=_save]").await;
    assert_eq!(chromium.status().await, 409);
    judge(&chromium, "a form of a deleted listing").await;
    chromium.send("[name=_save]").await;
    chromium.open(&app, "/admin/properties/4/delete/").await;
    chromium.follow("main button[type=submit]").await;
    judge(&chromium, "a message that offers to undo").await;

    app.sql(
        "UPDATE site_user SET is_superuser = false, permissions = '{view}' WHERE username = 'ada'",
    )
    .await;
    chromium.open(&app, "/admin/properties/5/change/").await;
    assert!(chromium.texts("[name=title]").await.is_empty());
    judge(&chromium, "a listing for those who may only look").await;
}
