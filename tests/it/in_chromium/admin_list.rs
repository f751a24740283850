//! The admin's list in a browser: searching, sorting, selecting, moving, deleting, importing, and axe's checks.

use std::path::PathBuf;

use crate::harness::{
    App, Chromium, Shows as _, scratch, spawn_homes, until, with_and_without_scripts,
};

const LIST: &str = "/admin/properties/";
const SEARCH: &str = "form[role=search] .withbutton button";
pub(super) const SUBMIT: &str = "main form[method=post] button.button:not(.button--quiet)";

async fn titles(chromium: &Chromium) -> Vec<String> {
    chromium.texts("tbody th a").await
}

async fn tick(chromium: &Chromium, row: u32) {
    chromium.click(&format!("tbody tr:nth-child({row}) label:has([type=checkbox])")).await;
}

/// Submits a form, and checks the heading of the next page.
async fn follow_to(chromium: &Chromium, css: &str, heading: &str) {
    chromium.submit(css).await;
    let headings = chromium.text("h1").await;
    assert!(headings.starts_with(heading), "{headings}");
}

/// A file to upload.
pub(super) fn file(name: &str, content: &str) -> PathBuf {
    let path = scratch().join(name);
    std::fs::write(&path, content).expect("written");
    path
}

async fn walk(app: &App, chromium: &Chromium) {
    chromium.log_in(app).await;
    chromium.open(app, LIST).await;
    chromium.fill("q", "home").await;
    chromium.fill("location", "leith").await;
    chromium.fill("min_price", "3,000").await;
    chromium.follow(SEARCH).await;
    assert_eq!(titles(chromium).await.len(), 19);
    chromium.follow("thead a[href*='o=price']").await;
    assert_eq!(titles(chromium).await[..3], ["Home 3", "Home 5", "Home 7"]);
    chromium.follow("thead a[href*='o=-price']").await;
    assert_eq!(titles(chromium).await[0], "Home 39");
    chromium.follow("thead a[href*='o=location.-price']").await;
    let state = chromium.path().await;
    state.shows(["q=home", "location=leith", "min_price=3000", "o=location.-price"]);

    tick(chromium, 1).await;
    tick(chromium, 3).await;
    follow_to(chromium, "button[value=move_selected]", "Move 2 listings").await;
    assert_eq!(chromium.texts("main .plainlist li > bdi").await[..2], ["Home 39", "Home 35"]);
    chromium.fill("location", "Portobello").await;
    follow_to(chromium, SUBMIT, "17 listings found").await;
    assert_eq!(chromium.text("[role=status].notice p").await, "Moved 2 listings to “Portobello”.");
    assert_eq!(chromium.path().await, state);
    assert_eq!(titles(chromium).await.len(), 17);

    chromium.click("label:has(#across)").await;
    follow_to(chromium, "button[value=delete_selected]", "Delete 17 listings?").await;
    assert!(chromium.text("main .plainlist").await.ends_with("and 7 more"));
    follow_to(chromium, SUBMIT, "0 listings found").await;
    assert_eq!(chromium.text("[role=status].notice p").await, "Successfully deleted 17 listings.");
    assert_eq!(chromium.path().await, state);
    assert_eq!(app.database.listings().await, "23");
}

#[tokio::test]
async fn with_and_without_scripts_listings_are_found_sorted_ticked_moved_and_deleted() {
    with_and_without_scripts(async |chromium| walk(&spawn_homes(40).await, chromium).await).await;
}

async fn import(app: &App, chromium: &Chromium) {
    chromium.log_in(app).await;
    chromium.open(app, LIST).await;
    chromium.follow("main a[href='/admin/properties/import/']").await;
    let csv =
        "id,title,description,price,location\n2,Renamed,D,5,Joppa\n,=New,D,6,Leith\n,,D,7,Leith\n";
    chromium.attach("file", &file("homes.csv", csv)).await;
    chromium.follow(SUBMIT).await;
    assert_eq!(chromium.text("h1").await, "Import preview: “homes.csv”");
    assert_eq!(chromium.texts("main .facts dd").await, ["1", "1", "0", "1"]);
    assert_eq!(chromium.text("main tbody tr").await, "4 Title empty This field is required.");
    assert_eq!(app.database.listings().await, "3");
    chromium.follow(SUBMIT).await;
    let told = "Imported: 1 added, 1 changed, 0 unchanged. 1 invalid row was skipped.";
    assert_eq!(chromium.text("[role=status].notice p").await, told);
    assert_eq!(titles(chromium).await[0], "=New");
}

#[tokio::test]
async fn with_and_without_scripts_a_file_is_looked_at_and_then_imported() {
    with_and_without_scripts(async |chromium| import(&spawn_homes(3).await, chromium).await).await;
}

#[tokio::test]
async fn scripts_tick_a_whole_page_and_say_how_many_are_ticked() {
    let app = spawn_homes(30).await;
    let chromium = Chromium::logged_in(&app).await;
    chromium.open(&app, "/admin/properties/?per_page=25").await;
    let says = async |text: &str| {
        until(text, async || chromium.text("#ticked").await == text).await;
    };
    says("0 of 25 on this page selected.").await;
    tick(&chromium, 2).await;
    says("1 of 25 on this page selected.").await;
    chromium.click("label:has(#all)").await;
    says("25 of 25 on this page selected.").await;
    chromium.click("label:has(#across)").await;
    says("All are selected.").await;
    tick(&chromium, 2).await;
    says("24 of 25 on this page selected.").await;
    assert_eq!(chromium.run("return document.querySelector('#across').checked", &[]).await, false);
}

#[tokio::test]
async fn every_page_of_the_list_is_accessible() {
    let app = spawn_homes(120).await;
    let chromium = Chromium::logged_in(&app).await;
    let judge = async |page: &str| {
        let widths = [320, 1280];
        chromium.assert_accessible(page, &widths).await;
        for width in widths {
            chromium.assert_fits(page, width).await;
        }
    };
    for path in [
        "",
        "?q=home&location=Leith&min_price=5&added_from=2026-01-01&o=location.-price&page=9",
        "?q=zeppelin",
        "?min_price=cheap&added_to=soon&page=x&per_page=0",
        "import/",
        "1/delete/?_changelist_filters=q%3Dhome",
    ] {
        chromium.open(&app, &format!("{LIST}{path}")).await;
        judge(path).await;
    }
    chromium.open(&app, "/admin/properties/").await;
    let token = chromium.run("return document.querySelector('[name=csrf_token]').value", &[]).await;
    let token = token.as_str().expect("a token");
    for (name, more) in [
        ("a deletion", [("action", "delete_selected"), ("post", "")]),
        ("a move that is refused", [("action", "move_selected"), ("post", "yes")]),
    ] {
        let mut fields = vec![("csrf_token", token), ("select_across", "1"), ("expected", "120")];
        fields.extend(more);
        chromium.post(LIST, &fields).await;
        judge(name).await;
    }
    chromium.open(&app, "/admin/properties/import/").await;
    let csv =
        "id,title,description,price,location\n2,Renamed,D,5,Joppa\n,New,D,6,Leith\n,,D,7,Leith\n";
    chromium.attach("file", &file("homes.csv", csv)).await;
    chromium.follow(SUBMIT).await;
    judge("a look at an import").await;
    chromium.open(&app, "/admin/properties/import/").await;
    let csv = "Ref;Headline;Preis;Parking\nA;Flat;1.650;Street\n";
    chromium.attach("file", &file("agency.csv", csv)).await;
    chromium.follow(SUBMIT).await;
    assert_eq!(chromium.text("h1").await, "Columns of “agency.csv”");
    judge("the columns of a file").await;
}
