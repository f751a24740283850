//! Importing listings with a form: a preview of the changes, then an import that is done once, completely or not at
//! all.

use std::fmt::Write as _;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::fixtures_bulk::real_listings::published;
use crate::harness::{App, Browser, Page, Shows as _, spawn_staffed};

pub(super) const FORM: &str = "/admin/properties/import/";
pub(super) const HEADER: &str = "id,title,description,price,location\n";

/// A multipart form as browsers send it.
pub(crate) fn multipart(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let mut head = format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"");
        if let Some(file) = file {
            write!(head, "; filename=\"{file}\"\r\nContent-Type: text/csv").expect("memory");
        }
        body.extend(head.into_bytes());
        body.extend(b"\r\n\r\n");
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--cut--\r\n");
    body
}

async fn post(staff: &Browser, body: Vec<u8>) -> Page {
    post_to(staff, FORM, body).await
}

pub(crate) async fn post_to(staff: &Browser, address: &str, body: Vec<u8>) -> Page {
    let request = staff
        .request(Method::POST, address)
        .header(CONTENT_TYPE, "multipart/form-data; boundary=cut")
        .body(body);
    staff.send(request).await
}

pub(super) async fn upload(staff: &Browser, name: &str, content: &[u8]) -> Page {
    let token = staff.csrf_token().await;
    let parts = [("csrf_token", None, token.as_bytes()), ("file", Some(name), content)];
    post(staff, multipart(&parts)).await
}

async fn kept_files(app: &App) -> String {
    app.sql("SELECT count(*) FROM import_upload").await
}

/// Uploads a file; returns the preview.
pub(crate) async fn import(staff: &Browser, name: &str, content: Vec<u8>) -> Page {
    let page = upload(staff, name, &content).await.assert_status(303);
    let mut preview = staff.get(page.header("location")).await;
    preview.headers.insert("x-address", page.headers["location"].clone());
    preview
}

/// Confirms a preview.
pub(crate) async fn apply(staff: &Browser, preview: &Page, more: &[(&'static str, &str)]) -> Page {
    let fields: Vec<_> = more.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    staff.submit(preview.header("x-address"), &fields).await
}

/// The numbers in a preview: added, changed, unchanged, invalid.
pub(crate) fn figures(preview: &Page) -> String {
    let figures = preview.text().split("</dt><dd>").skip(1).take(4);
    figures.map(|rest| rest.split('<').next().unwrap_or_default()).collect::<Vec<_>>().join(" ")
}

pub(super) async fn rows(app: &App) -> String {
    app.sql("SELECT string_agg(concat_ws('|', id, title, price, location), ' ' ORDER BY id) FROM property").await
}

#[tokio::test]
async fn a_look_changes_nothing_and_an_import_does_what_it_said() {
    let (app, staff) = spawn_staffed(3).await;
    let before = rows(&app).await;
    let preview = import(&staff, "homes.csv", format!(
        "{HEADER}1,Home 1,About home 1,1000,Leith\n2,New name,About home 2,\"2,500.50\",Joppa\n40,Forty,D,4,Leith\n,Next,D,5,Leith\n"
    ).into_bytes()).await.assert_status(200);
    assert_eq!(figures(&preview), "2 1 1 0", "{preview:?}");
    preview.shows(["homes.csv", "New name", "2500.50", "2000.00", "Forty", "number 40"]);
    assert_eq!(rows(&app).await, before);
    assert_eq!(app.database.changes().await, "0");
    app.get("/properties/2/").await;
    let done = apply(&staff, &preview, &[]).await.assert_status(303);
    staff.get(done.header("location")).await.shows(["Imported: 2 added, 1 changed, 1 unchanged."]);
    assert_eq!(
        rows(&app).await,
        "1|Home 1|1000.00|Leith 2|New name|2500.50|Joppa 3|Home 3|3000.00|Leith 40|Forty|4.00|Leith 41|Next|5.00|Leith"
    );
    assert!(app.get("/properties/2/").await.has("New name"));
    let events =
        "SELECT concat_ws(' ', count(*), count(DISTINCT xid), min(actor), min(note)) FROM history";
    assert_eq!(app.sql(events).await, "3 1 ada imported from a file");
    // After a second click, the file is gone.
    assert_eq!(apply(&staff, &preview, &[]).await.assert_status(303).header("location"), FORM);
    assert_eq!(app.database.listings().await, "5");
    assert_eq!(kept_files(&app).await, "0");
}

#[tokio::test]
async fn bad_rows_are_named_and_only_the_good_ones_are_imported_if_staff_say_so() {
    let (app, staff) = spawn_staffed(1).await;
    let mut csv =
        format!("{HEADER}1,Good,D,1,Leith\n,Bad,D,cheap,Leith\n,<b>,,5,{}\n", "l".repeat(101));
    for _ in 0..120 {
        csv.push_str(",,D,1,Leith\n");
    }
    let preview = import(&staff, "homes.csv", csv.into_bytes()).await.assert_status(200);
    assert_eq!(figures(&preview), "0 1 0 122", "{preview:?}");
    preview
        .shows(["“cheap” is not a price", "at most 100 characters", "and 22 more invalid rows"])
        .hides(["<b>"]);
    apply(&staff, &preview, &[]).await.assert_status(422).shows(["Nothing was imported"]);
    assert_eq!(rows(&app).await, "1|Home 1|1000.00|Leith");
    apply(&staff, &preview, &[("skip_invalid", "1")]).await.assert_status(303);
    assert_eq!(rows(&app).await, "1|Good|1.00|Leith");
    staff.get("/admin/properties/").await.shows(["122 invalid rows were skipped."]);
}

#[tokio::test]
async fn json_lines_are_read_as_well_and_what_is_no_file_of_listings_is_called_by_its_name() {
    let (app, staff) = spawn_staffed(1).await;
    let line =
        r#"{"id": 1, "title": "'=kept", "description": "D", "price": 7, "location": "Leith"}"#;
    let preview = import(&staff, "homes.jsonl", line.into()).await.assert_status(200);
    assert_eq!(figures(&preview), "0 1 0 0");
    apply(&staff, &preview, &[]).await.assert_status(303);
    assert_eq!(rows(&app).await, "1|'=kept|7.00|Leith");
    let preview = import(&staff, "homes.xlsx", b"PK\x03\x04;junk\n".to_vec()).await;
    let preview = preview.assert_status(422);
    preview.shows(["This is a damaged ZIP file"]).hides(["type=\"submit\">Import"]);
    let preview = import(&staff, "homes.csv", b"%PDF-1.7\n".to_vec()).await.assert_status(422);
    preview.shows(["This is a PDF. Listings come as CSV, XLSX"]);
    import(&staff, "homes.csv", b",,,\n".to_vec())
        .await
        .assert_status(422)
        .shows(["its header is wrong"]);
}

#[tokio::test]
async fn what_was_changed_after_the_file_was_made_is_said() {
    let (app, staff) = spawn_staffed(2).await;
    let file = staff.get("/admin/properties/export/?format=csv").await.body;
    let file = String::from_utf8(file).expect("text").replace("Home", "House");
    app.sql("UPDATE property SET price = 5 WHERE id = 2").await;
    let preview = import(&staff, "homes.csv", file.into_bytes()).await.assert_status(200);
    assert_eq!(figures(&preview), "0 2 0 0");
    preview.shows(["1 of the listings was changed after the file was created"]);
}

#[tokio::test]
async fn a_file_is_seen_by_nobody_else_replaced_by_the_next_and_gone_after_its_time() {
    let (app, staff) = spawn_staffed(1).await;
    let csv = |title: &str| format!("{HEADER}1,{title},D,1,Leith\n").into_bytes();
    let first = import(&staff, "first.csv", csv("First")).await.assert_status(200);
    let address = first.header("x-address");
    let sam = app.staff_named("sam").await;
    assert_eq!(sam.get(address).await.assert_status(303).header("location"), FORM);
    sam.press(address).await.assert_status(303);
    sam.submit(address, &[("_discard", "1")]).await.assert_status(303);
    staff.get(address).await.assert_status(200);
    let second = import(&staff, "second.csv", csv("Second")).await.assert_status(200);
    staff.get(address).await.assert_status(303);
    app.sql("UPDATE import_upload SET expires_at = now()").await;
    staff.get(second.header("x-address")).await.assert_status(303);
    apply(&staff, &second, &[]).await.assert_status(303);
    assert_eq!(rows(&app).await, "1|Home 1|1000.00|Leith");
    import(&sam, "sams.csv", csv("Sam's")).await;
    assert_eq!(app.sql("SELECT string_agg(file_name, ',') FROM import_upload").await, "sams.csv");
}

#[tokio::test]
async fn two_clicks_at_once_import_once() {
    let (app, staff) = spawn_staffed(0).await;
    let csv = format!("{HEADER},New,D,1,Leith\n").into_bytes();
    let preview = import(&staff, "homes.csv", csv).await.assert_status(200);
    let (one, two) = tokio::join!(apply(&staff, &preview, &[]), apply(&staff, &preview, &[]));
    let mut went: Vec<_> = [&one, &two].map(|page| page.header("location").to_owned()).into();
    went.sort();
    assert_eq!(went, ["/admin/properties/", FORM]);
    assert_eq!(app.database.listings().await, "1");
}

#[tokio::test]
async fn no_file_is_kept_of_a_form_with_a_wrong_token_or_of_one_that_is_malformed_or_too_large() {
    let (app, staff) = spawn_staffed(1).await;
    let token = staff.csrf_token().await;
    let token = ("csrf_token", None, token.as_bytes());
    let file: (&str, Option<&str>, &[u8]) = ("file", Some("a.csv"), b"id\n");
    for parts in [
        vec![file],
        vec![file, token],
        vec![("csrf_token", None, b"wrong"), file],
        vec![("csrf_token", None, b""), file],
        vec![],
    ] {
        post(&staff, multipart(&parts)).await.assert_status(403);
    }
    let foreign = staff
        .request(Method::POST, FORM)
        .header(CONTENT_TYPE, "multipart/form-data; boundary=cut")
        .header("origin", "http://evil.example")
        .body(multipart(&[token, file]));
    staff.send(foreign).await.assert_status(403);
    post(&app.stranger(), multipart(&[token, file])).await.assert_status(302);
    // A malformed or oversized form is refused with a message.
    let whole = multipart(&[token, file]);
    let other = ("other", None, &b"x"[..]);
    for body in [
        whole[..whole.len() - 12].to_vec(),
        multipart(&[token, file, file]),
        multipart(&[token, ("other", None, &vec![b'x'; 70_000])]),
        multipart(&[token, other, other, other, other, other, other, other, file]),
    ] {
        post(&staff, body).await.assert_status(400).shows(["The form can’t be read"]);
    }
    for kind in ["application/x-www-form-urlencoded", "multipart/form-data", "text/csv"] {
        let request =
            staff.request(Method::POST, FORM).header(CONTENT_TYPE, kind).body(whole.clone());
        assert_eq!(staff.send(request).await.status, 400, "{kind}");
    }
    for parts in [vec![token], vec![token, ("file", Some(""), b"")]] {
        let page = post(&staff, multipart(&parts)).await.assert_status(422);
        page.shows(["id=\"file-error\""]);
        page.shows(["<title>Please correct: Import", "role=\"alert\"><p>Nothing was imported."]);
    }
    let huge = vec![b'x'; 20 * 1024 * 1024 + 1];
    upload(&staff, "huge.csv", &huge).await.assert_status(413).shows(["larger than 20 MB"]);
    assert_eq!(kept_files(&app).await, "0");
    staff.get(FORM).await.assert_status(200);
}

#[tokio::test]
async fn thousands_of_published_listings_come_in_by_the_form() {
    let csv = published("edinburgh-raw.csv");
    let (app, staff) = spawn_staffed(0).await;
    let preview = import(&staff, "edinburgh-raw.csv", csv.into_bytes()).await;
    let preview = preview.assert_status(200);
    assert_eq!(figures(&preview), "4,768 0 0 1,012");
    preview.shows(["and 912 more invalid rows"]);
    assert!(preview.body.len() < 100_000, "{} bytes", preview.body.len());
    apply(&staff, &preview, &[("skip_invalid", "1")]).await.assert_status(303);
    assert_eq!(app.database.listings().await, "4768");
    assert!(app.get("/properties/").await.has("4,768 homes"));
}
