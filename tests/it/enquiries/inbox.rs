//! The inbox: its permissions and actions.

use super::COUNT;
use crate::harness::{Plan, spawn_two, until};

const ADD: &str = "INSERT INTO enquiry (property_id, property_title, name, email, message, created_at)
    SELECT n, 'Home ' || n, '=Zoë ' || n, 'zoe@homes.example', 'Is <b>it</b> free?', now() - n * interval '1 day'
    FROM generate_series(1, 3) AS n";

#[tokio::test]
async fn the_inbox_needs_its_permission_and_counts_what_is_unread() {
    let (app, ada, sam) = spawn_two(0).await;
    app.sql(ADD).await;
    app.permit("view,cache").await;
    for path in ["/admin/enquiries/", "/admin/enquiries/export/"] {
        sam.get(path).await.assert_status(403);
    }
    assert!(!sam.get("/admin/").await.has("/admin/enquiries/"));
    app.permit("enquiries").await;
    sam.get("/admin/enquiries/").await.assert_status(200);
    assert!(ada.get("/admin/").await.has("3<span class=\"hidden\"> unread</span>"));
}

#[tokio::test]
async fn enquiries_are_marked_filtered_answered_and_erased() {
    let (app, ada, _) = spawn_two(0).await;
    app.sql(ADD).await;
    let page = ada.get("/admin/enquiries/").await.assert_status(200);
    assert!(page.has("Is &#60;b&#62;it&#60;/b&#62; free?"), "{page:?}");
    assert!(page.has("mailto:zoe@homes.example?subject=Re%3A%20Home%201&#38;body="), "{page:?}");
    let marked = ada
        .submit(
            "/admin/enquiries/",
            &[("id", "3"), ("action", "answered"), ("filter", "state=new")],
        )
        .await;
    assert_eq!(marked.assert_status(303).header("location"), "/admin/enquiries/?state=new");
    let new = ada.get("/admin/enquiries/?state=new").await;
    assert!(new.has("=Zoë 1") && !new.has("=Zoë 3"));
    let of_three = ada.get("/admin/enquiries/?listing=3").await;
    assert!(of_three.has("Answered by <bdi>ada</bdi>") && !of_three.has("=Zoë 1"), "{of_three:?}");
    ada.get("/admin/enquiries/?state=x&from=yesterday").await.assert_status(400);
    ada.post("/admin/enquiries/", &[("id", "1"), ("action", "erase")]).await.assert_status(403);
    ada.submit("/admin/enquiries/", &[("id", "1"), ("action", "erase")]).await.assert_status(303);
    assert_eq!(app.sql(COUNT).await, "2");
    ada.submit("/admin/enquiries/", &[("id", "2"), ("action", "x")]).await.assert_status(400);
}

#[tokio::test]
async fn enquiries_are_downloaded_without_formulas() {
    let (app, ada, _) = spawn_two(0).await;
    app.sql(ADD).await;
    let file = ada.get("/admin/enquiries/export/?listing=2").await.assert_status(200);
    assert!(file.header("content-type").starts_with("text/csv"));
    let lines: Vec<_> = file.text().lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[1].contains(",new,2,Home 2,'=Zoë 2,zoe@homes.example,"), "{lines:?}");
    app.sql("UPDATE enquiry SET name = '＝1+1', message = E'\\r=1+1', phone = '''=1+1'").await;
    let file = ada.get("/admin/enquiries/export/?listing=2").await;
    for cell in [",'＝1+1,", "\"'\r=1+1\"", ",''=1+1,"] {
        assert!(file.has(cell), "{cell}: {file:?}");
    }
}

#[tokio::test]
async fn all_enquiries_are_downloaded_unread_ones_first() {
    let (app, ada, _) = spawn_two(0).await;
    app.sql(&ADD.replace("(1, 3)", "(1, 1050)")).await;
    app.sql("UPDATE enquiry SET state = 'read' WHERE property_id > 1000").await;
    let file = ada.get("/admin/enquiries/export/?page=7").await.assert_status(200);
    let lines: Vec<_> = file.text().lines().collect();
    assert_eq!(lines.len(), 1051);
    assert!(lines[0].starts_with("id,created_at,state,listing,"), "{}", lines[0]);
    assert!(lines[1].contains(",new,1000,") && lines[1050].contains(",read,1001,"), "{lines:?}");
}

#[tokio::test]
async fn old_enquiries_are_erased() {
    let plan = Plan::new().await.sql(ADD).await.set("ENQUIRY_RETENTION_DAYS", "2");
    let app = plan.set("WORKER", "on").start().await;
    until("two are left", async || app.sql(COUNT).await == "1").await;
}
