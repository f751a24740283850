//! Writes in the admin: requests after the response see them.

use super::matrix::{FAR, Matrix, ROW};
use crate::harness::{Shows as _, listing};
use crate::photos::pictures::jpeg;
use crate::photos::send_to;

//  html json page2 leith joppa far range search sorted detail far-detail count  near-detail places
//  feed leith-feed joppa-feed site-map part far-part robots facets far-facets

#[tokio::test]
async fn creating_a_listing_refreshes_the_lists_it_enters() {
    let (matrix, staff) = Matrix::with_staff().await;
    staff.create_listing(&listing("Home 3 annexe", "3100", "Leith")).await;
    matrix.check("C C C C h h C C C C h C  C C h C C h h  h C h  C h").await;
}

#[tokio::test]
async fn editing_a_title_refreshes_its_lists_its_search_and_its_own_page() {
    let (matrix, staff) = Matrix::with_staff().await;
    staff.edit_listing(ROW, &listing("Villa three", "3000", "Leith")).await;
    matrix.check("C C C C h h C C C C h r  C C h C C h h  h r h  r h").await;
    assert!(!matrix.app.get("/properties/?q=home+3").await.has("Villa"));
}

#[tokio::test]
async fn editing_a_price_within_a_range_refreshes_what_shows_it() {
    let (matrix, staff) = Matrix::with_staff().await;
    staff.edit_listing(ROW, &listing("Home 3", "3456", "Leith")).await;
    matrix.check("C C C C h h C C C C h r  C C h C C h h  h r h  r h").await;
    assert!(matrix.app.get("/properties/?min_price=2500&max_price=3500").await.has("3,456"));
}

#[tokio::test]
async fn a_price_that_leaves_a_range_takes_its_listing_out_of_the_list() {
    let (matrix, staff) = Matrix::with_staff().await;
    staff.edit_listing(ROW, &listing("Home 3", "9000", "Leith")).await;
    matrix.check("C C C C h h C C C C h r  C C h C C h h  h r h  r h").await;
    assert!(!matrix.app.get("/properties/?min_price=2500&max_price=3500").await.has("Home 3"));
}

#[tokio::test]
async fn a_price_that_enters_a_range_brings_its_listing_into_the_list() {
    let (matrix, staff) = Matrix::with_staff().await;
    staff.edit_listing(5, &listing("Home 5", "3333", "Leith")).await;
    matrix.check("C C r C h h C r C C h r  C C h C C h h  C r h  r h").await;
    assert!(matrix.app.get("/properties/?min_price=2500&max_price=3500").await.has("Home 5"));
}

#[tokio::test]
async fn moving_a_listing_refreshes_the_location_it_left_and_the_one_it_entered() {
    let (matrix, staff) = Matrix::with_staff().await;
    staff.edit_listing(ROW, &listing("Home 3", "3000", "Joppa")).await;
    matrix.check("C C C C C h C C C C h r  C C C C C h h  h C h  r h").await;
}

#[tokio::test]
async fn deleting_a_listing_refreshes_every_list_it_was_in() {
    let (matrix, staff) = Matrix::with_staff().await;
    staff.delete_listing(ROW).await;
    matrix.check("C C C C h h C C C 404 h C  C C h r C h h  h C h  C h").await;
}

#[tokio::test]
async fn deleting_several_listings_at_once_refreshes_the_lists_of_each() {
    let (matrix, staff) = Matrix::with_staff().await;
    staff.delete_listings(&[ROW, 4]).await;
    matrix.check("C C C C C h C C C 404 h C  C C C r C h h  h C h  C h").await;
}

#[tokio::test]
async fn deleting_the_only_listing_of_a_location_leaves_an_empty_list() {
    let (matrix, staff) = Matrix::with_staff().await;
    staff.delete_listing(FAR).await;
    matrix.app.get("/properties/?location=Portobello").await.assert_stored().hides(["Far home"]);
    matrix.app.get("/properties/?location=Leith").await.assert_hit();
    assert_eq!(matrix.app.get("/properties/7/").await.status, 404);
}

#[tokio::test]
async fn a_listing_that_did_not_exist_is_found_as_soon_as_it_does() {
    let matrix = Matrix::warm().await;
    let path = "/properties/8/";
    for _ in 0..2 {
        assert_eq!(matrix.app.get(path).await.status, 404);
    }
    let staff = matrix.app.staff().await;
    assert_eq!(staff.create_listing(&listing("Late home", "1", "Leith")).await, 8);
    assert!(matrix.app.get(path).await.assert_status(200).has("Late home"));
}

#[tokio::test]
async fn saving_a_listing_as_it_is_leaves_every_page_right() {
    let (matrix, staff) = Matrix::with_staff().await;
    let mut same = listing("Home 3", "3000", "Leith");
    same.description = "About home 3".to_owned();
    staff.edit_listing(ROW, &same).await;
    matrix.check("r r r r h h r r r r h r  r r h r r h h  h r h  r h").await;
}

#[tokio::test]
async fn a_form_that_is_refused_leaves_every_page_a_hit() {
    let (matrix, staff) = Matrix::with_staff().await;
    let path = format!("/admin/properties/{ROW}/change/");
    staff.submit(&path, &listing("", "x", "Leith").fields()).await.assert_status(422);
    matrix.check("h h h h h h h h h h h h  h h h h h h h  h h h  h h").await;
}

#[tokio::test]
async fn undoing_a_deletion_refreshes_every_list_that_the_listing_comes_back_to() {
    let (matrix, staff) = Matrix::with_staff().await;
    staff.delete_listing(ROW).await;
    // Every page is as it would be without the listing.
    matrix.check("C C C C h h C C C 404 h C  C C h r C h h  h C h  C h").await;
    let event = matrix.app.sql("SELECT max(id) FROM history").await;
    staff.press(&format!("/admin/history/{event}/undo/")).await.assert_status(303);
    // All pages are as before, and right at once.
    matrix.check("r r r r h h r r r r h r  r r h r r h h  h r h  r h").await;
    for path in ["/properties/", "/properties/3/", "/properties/?location=Leith"] {
        matrix.app.get(path).await.assert_status(200).shows(["Home 3"]);
    }
}

#[tokio::test]
async fn restoring_a_version_refreshes_what_shows_the_listing() {
    let (matrix, staff) = Matrix::with_staff().await;
    staff.edit_listing(ROW, &listing("Home 3", "3000", "Joppa")).await;
    matrix.check("C C C C C h C C C C h r  C C C C C h h  h C h  r h").await;
    let event = matrix.app.sql("SELECT max(id) FROM history").await;
    let path = format!("/admin/properties/{ROW}/history/{event}/restore/");
    let page = staff.get(&format!("{path}?version=before")).await;
    let fields = [("version", page.field("version")), ("side", page.field("side"))];
    staff.submit(&path, &fields).await.assert_status(303);
    matrix.check("r r r r r h r r r r h r  r r r r r h h  h r h  r h").await;
    matrix.app.get("/properties/?location=Leith").await.shows(["Home 3"]);
    matrix.app.get("/properties/?location=Joppa").await.hides(["Home 3"]);
}

#[tokio::test]
async fn a_preview_leaves_every_page_a_hit() {
    let (matrix, staff) = Matrix::with_staff().await;
    let fields = listing("Seen", "1", "Portobello").pressed("_preview");
    staff.submit(&format!("/admin/properties/{ROW}/change/"), &fields).await.assert_status(200);
    matrix.check("h h h h h h h h h h h h  h h h h h h h  h h h  h h").await;
}

#[tokio::test]
async fn each_change_to_photos_refreshes_what_shows_the_listing() {
    let (matrix, staff) = Matrix::with_staff().await;
    let path = format!("/admin/properties/{ROW}/photos/");
    let send = async |fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]| {
        send_to(&staff, &path, fields, files).await.assert_status(303);
    };
    let files = [jpeg(20, 10), jpeg(21, 10)];
    send(&[], &[("photos", "a.jpg", &files[0]), ("photos", "b.jpg", &files[1])]).await;
    matrix.check("C C C C h h C C C C h r  C C h C C h h  h r h  r h").await;
    let names = matrix.app.sql("SELECT photos -> 0 ->> 'hash' || '|' || (photos -> 1 ->> 'hash') FROM property WHERE photos IS NOT NULL");
    let names = names.await;
    let (first, second) = names.split_once('|').expect("two");
    let (detail, list) = (format!("/properties/{ROW}/"), "/properties/?format=json");
    for (field, value, shown, hidden) in [
        (&*format!("alt_{first}"), "A bay window", Some("A bay window"), None),
        ("_main", second, None, None),
        ("_delete", first, None, Some(first)),
        ("_delete", second, None, Some(second)),
    ] {
        for path in [&detail, list] {
            matrix.app.get(path).await.assert_status(200);
        }
        matrix.app.get("/properties/?location=joppa").await.assert_hit();
        send(&[(field, value)], &[]).await;
        for path in [&detail, list] {
            let page = matrix.app.get(path).await;
            assert!(page.is_stored(), "{field} {path}: {}", page.cache_status());
            assert!(
                shown.is_none_or(|text| page.has(text))
                    && !hidden.is_some_and(|text| page.has(text))
            );
        }
        matrix.app.get("/properties/?location=joppa").await.assert_hit();
        matrix.app.get(&format!("/properties/{FAR}/")).await.assert_hit();
    }
}
