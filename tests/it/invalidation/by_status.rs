//! Changes of the status: each refreshes the pages that show the listing before or after, and no others.

use super::matrix::{Matrix, ROW};
use crate::harness::{Shows as _, listing};

//  html json page2 leith joppa far range search sorted detail far-detail count  feed leith-feed joppa-feed site-map part
//  far-part robots near-detail places closed facets far-facets

#[tokio::test]
async fn a_status_refreshes_the_lists_that_a_listing_leaves_or_enters() {
    for (from, to, cells) in [
        ("active", "pending", "r C r r h h r r r r h r  r r h C C h h  h r h  C h"),
        ("pending", "active", "r C r r h h r r r r h r  r r h C C h h  h r h  C h"),
        ("active", "closed", "C C C C h h C C C r h C  C C h r C h h  h C C  C r"),
        ("active", "draft", "C C C C h h C C C 404 h C  C C h r C h h  h C h  C h"),
        ("active", "withdrawn", "C C C C h h C C C 410 h C  C C h r C h h  h C h  C h"),
    ] {
        let matrix = Matrix::warm_of(from).await;
        let staff = matrix.app.staff().await;
        staff.set_status(ROW, to).await;
        matrix.check(cells).await;
    }
}

#[tokio::test]
async fn a_listing_that_no_list_shows_leaves_the_lists_as_they_are() {
    for (from, to, cells) in [
        ("closed", "withdrawn", "h h h h h h h h h 410 h h  h h h h h h h  h h C  C r"),
        ("closed", "closed", "h h h h h h h h h r h h  h h h h h h h  h h C  r r"),
    ] {
        let matrix = Matrix::warm_of(from).await;
        let staff = matrix.app.staff().await;
        if from == to {
            staff.edit_listing(ROW, &listing("Home 3, sold", "3100", "Leith")).await;
        } else {
            staff.set_status(ROW, to).await;
        }
        matrix.check(cells).await;
    }
}

#[tokio::test]
async fn a_draft_is_written_and_deleted_without_a_trace_on_the_site() {
    let (matrix, staff) = Matrix::with_staff().await;
    let all_hits = "h h h h h h h h h h h h  h h h h h h h  h h h  h h";
    let mut fields = listing("Not yet", "3000", "Leith").fields();
    fields.push(("status", "draft".to_owned()));
    staff.submit("/admin/properties/add/", &fields).await.assert_status(303);
    let id = matrix.app.sql("SELECT id FROM property WHERE status = 'draft'").await;
    let path = format!("/properties/{id}/");
    for query in ["", "next/", "previous/", "?format=json"] {
        matrix.app.get(&format!("{path}{query}")).await.assert_status(404).hides(["Not yet"]);
    }
    matrix.check(all_hits).await;
    let id: i64 = id.parse().expect("a number");
    staff.edit_listing(id, &listing("Still not", "3000", "Leith")).await;
    staff.delete_listing(id).await;
    matrix.check(all_hits).await;
}

#[tokio::test]
async fn a_draft_is_found_as_soon_as_it_is_published_and_a_withdrawn_listing_is_gone() {
    let (matrix, staff) = Matrix::with_staff().await;
    let app = &matrix.app;
    for path in ["/properties/8/", "/properties/8/?format=json"] {
        app.get(path).await.assert_status(404);
    }
    let insert = "INSERT INTO property (title, description, price, location, status) \
        VALUES ('Eighth', 'D', 3000, 'Leith', 'draft')";
    app.sql(insert).await;
    app.get("/properties/8/").await.assert_status(404);
    staff.set_status(8, "active").await;
    app.get("/properties/8/").await.assert_status(200).shows(["Eighth"]);
    app.get("/properties/?format=json").await.shows(["Eighth"]);
    app.get("/properties/8/enquire/").await.assert_status(200);
    staff.set_status(8, "withdrawn").await;
    app.get("/properties/8/enquire/").await.assert_status(410);
    let gone = app.get("/properties/8/").await.assert_status(410);
    gone.shows(["no longer available", "Similar listings", "/properties/3/"]);
    gone.hides(["Eighth"]);
    let gone = app.get("/properties/8/?format=json").await.assert_status(410);
    gone.shows(["\"status\":410"]).hides(["Eighth"]);
    staff.set_status(8, "closed").await;
    app.get("/properties/8/").await.assert_status(200).shows(["Eighth"]).hides(["enquire/"]);
    app.get("/properties/8/enquire/").await.assert_status(404);
    app.get("/properties/?status=closed&format=json").await.shows(["Eighth", "\"count\":2"]);
    app.get("/properties/?format=json").await.hides(["Eighth"]);
}
