//! The admin's first page: how many listings there are of each status, and which need attention.

use crate::harness::{Shows as _, spawn_staffed};

#[tokio::test]
async fn the_overview_counts_every_status_and_leads_to_the_list_of_each() {
    let (app, staff) = spawn_staffed(6).await;
    app.sql("UPDATE property SET status = (ARRAY['draft', 'pending', 'closed'])[id] WHERE id <= 3")
        .await;
    let page = staff.get("/admin/").await.assert_status(200);
    for (status, total, label) in [
        ("draft", 1, "Draft"),
        ("active", 3, "Active"),
        ("pending", 1, "Under offer"),
        ("closed", 1, "Sold or let"),
        ("withdrawn", 0, "Withdrawn"),
    ] {
        let link = format!("/admin/properties/?status={status}");
        page.shows([format!("<a href=\"{link}\"><strong>{total}</strong> {label}</a>")]);
        staff.get(&link).await.assert_status(200).shows([format!("{total} listing")]);
    }
}

#[tokio::test]
async fn listings_that_need_attention_are_named_until_they_do_not() {
    let (app, staff) = spawn_staffed(5).await;
    let long = "A long description.".repeat(6);
    app.sql(&format!("UPDATE property SET description = '{long}' WHERE id <> 1")).await;
    app.sql("UPDATE property SET status = 'draft' WHERE id = 3").await;
    let task = async |name: &str| -> Vec<String> {
        let page = staff.get("/admin/").await.assert_status(200);
        let (_, task) = page.text().split_once(name).unwrap_or_default();
        let (task, _) = task.split_once("</section>").unwrap_or_default();
        let links = task.split("/change/\"><bdi>").skip(1);
        links.filter_map(|link| Some(link.split_once('<')?.0.to_owned())).collect()
    };
    assert_eq!(task("Description under 100 characters").await, ["Home 1"]);
    assert_eq!(task("Drafts").await, ["Home 3"]);
    assert_eq!(task("Without a photo").await.len(), 4, "those that visitors see");
    let offer = "Under offer for 60 days";
    assert_eq!(task(offer).await, [""; 0]);
    // One that has just become so is not late, however old the listing is.
    app.sql("UPDATE property SET status = 'pending' WHERE id = 2").await;
    assert_eq!(task(offer).await, [""; 0]);
    app.sql("SET session_replication_role = replica; DELETE FROM history WHERE entity_id = 2")
        .await;
    assert_eq!(task(offer).await, ["Home 2"]);
}

#[tokio::test]
async fn staff_who_may_not_view_listings_are_told_of_none() {
    let (app, _) = spawn_staffed(2).await;
    app.permit("").await;
    let sam = app.staff_named("sam").await;
    sam.get("/admin/").await.assert_status(200).hides(["Needs attention", "Home 1"]);
}
