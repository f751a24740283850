//! Facts in the history, and restoring them.

use super::{CHANGE, editable, samples, start, stored, texts, typed};
use crate::harness::Shows as _;

const HISTORY: &str = "/admin/properties/1/history/";

#[tokio::test]
async fn the_history_has_a_fact_before_and_after_and_restores_it() {
    let (app, staff) = start().await;
    staff.submit(CHANGE, &typed(1)).await.assert_status(303);
    let page = staff.get(HISTORY).await.assert_status(200);
    for fact in editable() {
        page.shows([format!("<dt>{}</dt>", fact.label)]);
        for value in samples(fact).into_iter().filter(|value| !value.is_empty()) {
            assert!(page.has(&format!(">{value}<")), "{value}: {page:?}");
        }
    }
    let link = format!("href=\"{HISTORY}");
    let (_, rest) = page.text().split_once(&link).expect("an earlier version");
    let (restore, _) = rest.split_once('"').expect("an attribute");
    let restore = format!("{HISTORY}{restore}");
    let asked = staff.get(&restore).await.assert_status(200);
    let fields = ["version", "side"].map(|name| (name, asked.field(name)));
    staff.submit(restore.split('?').next().expect("a path"), &fields).await.assert_status(303);
    assert_eq!(stored(&app).await, texts(0));
}

#[tokio::test]
async fn a_deleted_listing_comes_back_with_its_facts() {
    let (app, staff) = start().await;
    staff.delete_listing(1).await;
    let page = staff.get("/admin/history/").await.assert_status(200);
    let mut links = page.text().split("href=\"");
    let undo = links.find_map(|rest| {
        let (path, _) = rest.split_once('"')?;
        path.ends_with("/undo/").then(|| path.to_owned())
    });
    let path = undo.expect("a deletion that can be undone");
    staff.get(&path).await.assert_status(200);
    staff.press(&path).await.assert_status(303);
    assert_eq!(stored(&app).await, texts(0));
}
