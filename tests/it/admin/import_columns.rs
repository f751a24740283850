//! Files of other programs in the admin: one screen of choices, which is kept, and invalid rows to correct.

use super::imports::{HEADER, apply, figures, import, rows};
use crate::harness::{Browser, Page, Shows as _, spawn_staffed};

const FOREIGN: &str = "Ref;Headline;Remarks;Preis;Suburb;Parking\n";

/// Presses the button below the columns.
async fn choose(staff: &Browser, screen: &Page, chosen: &[(&'static str, &str)]) -> Page {
    let fields: Vec<_> = chosen.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let address = format!("{}columns/", screen.header("x-address"));
    let page = staff.submit(&address, &fields).await;
    if page.status != 303 {
        return page;
    }
    let mut preview = staff.get(page.header("location")).await;
    preview.headers.insert("x-address", screen.headers["x-address"].clone());
    preview
}

const CHOSEN: [(&str, &str); 12] = [
    ("column", "Ref"),
    ("field", "reference"),
    ("column", "Headline"),
    ("field", "title"),
    ("column", "Remarks"),
    ("field", "description"),
    ("column", "Preis"),
    ("field", "price"),
    ("column", "Suburb"),
    ("field", "location"),
    ("column", "Parking"),
    ("field", "description"),
];

#[tokio::test]
async fn an_encoding_that_the_file_does_not_have_is_refused_and_not_kept() {
    let (app, staff) = spawn_staffed(0).await;
    let csv = format!("{FOREIGN}A;Flat;One;1650,50;Leith;Street\n");
    let file: Vec<u8> = csv.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let screen = import(&staff, "agency.csv", file.clone()).await.assert_status(200);
    let mut chosen: Vec<(&'static str, &str)> = CHOSEN.to_vec();
    chosen.push(("encoding", "windows-1252"));
    let again = choose(&staff, &screen, &chosen).await.assert_status(422);
    again.shows(["The file can’t be read with this encoding."]);
    // It is said above the form and at its field, also where the file lacks columns.
    let lacking = "Ref;Remarks\nA;One\n".encode_utf16().flat_map(u16::to_le_bytes);
    let screen = import(&staff, "lacking.csv", lacking.collect()).await.assert_status(200);
    let chosen = [&CHOSEN[..2], &CHOSEN[4..6], &[("encoding", "windows-1252")]].concat();
    let again = choose(&staff, &screen, &chosen).await.assert_status(422);
    assert_eq!(again.text().matches("can’t be read with this encoding").count(), 2);
    // What is asked next time is what was asked now.
    import(&staff, "agency.csv", file).await.assert_status(200).shows(["“Parking” is unknown"]);
    assert_eq!(rows(&app).await, "NULL");
}

#[tokio::test]
async fn a_file_of_another_program_takes_one_screen_of_choices_and_the_next_none() {
    let (app, staff) = spawn_staffed(0).await;
    let csv = format!("{FOREIGN}A;Flat;One;1.650;Leith;Street\nB;House;Two;2.400;Joppa;\n");
    let screen = import(&staff, "agency.csv", csv.clone().into_bytes()).await.assert_status(200);
    screen.shows([
        "“Parking” is unknown",
        "“1.650”, which is 1650 if the decimal sign is a comma",
        "<option value=\"location\" selected>Location</option>",
        "<td dir=\"auto\">1.650<br>2.400</td>",
    ]);
    let mut chosen: Vec<(&'static str, &str)> = CHOSEN.to_vec();
    chosen.push(("decimal", ","));
    let preview = choose(&staff, &screen, &chosen).await.assert_status(200);
    assert_eq!(figures(&preview), "2 0 0 0");
    preview.shows(["1650.00", "“Suburb” as location"]);
    apply(&staff, &preview, &[]).await.assert_status(303);
    assert_eq!(rows(&app).await, "1|Flat|1650.00|Leith 2|House|2400.00|Joppa");
    let first = "SELECT description FROM property WHERE id = 1";
    assert_eq!(app.sql(first).await, "One\n\nParking: Street");
    // The next file with the same columns is asked nothing.
    let csv = csv.replace("2.400", "2.500");
    let preview = import(&staff, "agency.csv", csv.into_bytes()).await.assert_status(200);
    assert_eq!(figures(&preview), "0 1 1 0");
    preview.shows(["2500.00", "Change how the columns are read"]);
    let again = staff.get(&format!("{}columns/", preview.header("x-address"))).await;
    again.assert_status(200).shows(["<option value=\",\" selected>"]);
}

#[tokio::test]
async fn a_field_without_a_column_gets_a_value_or_another_column() {
    let (app, staff) = spawn_staffed(0).await;
    let csv = b"Address,Price,Remarks\n1 Shore,900,One\n".to_vec();
    let screen = import(&staff, "agency.csv", csv).await.assert_status(200);
    screen
        .shows(["Title: the file has no column for it", "Location: the file has no column for it"]);
    let columns = [
        ("column", "Address"),
        ("field", "address"),
        ("column", "Price"),
        ("field", "price"),
        ("column", "Remarks"),
        ("field", "description"),
        ("from-title", "Address"),
    ];
    let long = "l".repeat(101);
    let wrong = [&columns[..], &[("default-location", long.as_str())]].concat();
    choose(&staff, &screen, &wrong).await.assert_status(422).shows(["at most 100 characters"]);
    let right = [&columns[..], &[("default-location", "Leith")]].concat();
    let preview = choose(&staff, &screen, &right).await.assert_status(200);
    assert_eq!(figures(&preview), "1 0 0 0");
    apply(&staff, &preview, &[]).await.assert_status(303);
    assert_eq!(rows(&app).await, "1|1 Shore|900.00|Leith");
}

#[tokio::test]
async fn invalid_rows_are_downloaded_with_their_reasons_corrected_and_sent_again() {
    let (app, staff) = spawn_staffed(1).await;
    let csv = format!("{HEADER}1,Home 1,About home 1,1000,Leith\n,\"=1+1\",D,cheap,Leith\n");
    let preview = import(&staff, "homes.csv", csv.into_bytes()).await.assert_status(200);
    assert_eq!(figures(&preview), "0 0 1 1");
    let file = staff.get(&format!("{}invalid/", preview.header("x-address"))).await;
    let file = file.assert_status(200);
    file.shows(["location,import_error", "'=1+1", "price: “cheap” is not a price"]);
    assert!(file.header("content-disposition").contains("invalid-rows.csv"));
    let corrected = file.text().replacen("cheap", "7", 1);
    let preview = import(&staff, "corrected.csv", corrected.into_bytes()).await.assert_status(200);
    assert_eq!(figures(&preview), "1 0 0 0");
    apply(&staff, &preview, &[]).await.assert_status(303);
    assert_eq!(rows(&app).await, "1|Home 1|1000.00|Leith 2|=1+1|7.00|Leith");
    let lines =
        "{\"title\": \"T\", \"description\": \"D\", \"price\": \"cheap\", \"location\": \"L\"}\n";
    let preview = import(&staff, "homes.jsonl", lines.into()).await;
    let file = staff.get(&format!("{}invalid/", preview.header("x-address"))).await;
    file.shows(["\"price\":\"cheap\"", "\"import_error\":\"price: "]);
    let stranger = app.stranger();
    stranger.get(&format!("{}invalid/", preview.header("x-address"))).await.assert_status(302);
}

#[tokio::test]
async fn listings_that_the_file_does_not_have_are_withdrawn_if_staff_say_so() {
    let (app, staff) = spawn_staffed(3).await;
    let csv = format!("{HEADER}1,Home 1,About home 1,1000,Leith\n").into_bytes();
    let preview = import(&staff, "homes.csv", csv.clone()).await.assert_status(200);
    preview
        .shows(["Withdraw the 2 visible listings that the file does not have", "more than half"]);
    let refused = apply(&staff, &preview, &[("withdraw_missing", "1")]).await.assert_status(422);
    refused.shows(["2 of 3 visible listings are not in the file"]);
    let both = [("withdraw_missing", "1"), ("withdraw_any", "1")];
    apply(&staff, &preview, &both).await.assert_status(303);
    staff
        .get("/admin/properties/")
        .await
        .shows(["2 listings that are not in the file were withdrawn."]);
    let statuses = "SELECT string_agg(status, ' ' ORDER BY id) FROM property";
    assert_eq!(app.sql(statuses).await, "active withdrawn withdrawn");
}

#[tokio::test]
async fn an_import_is_undone_as_a_whole_but_for_what_was_changed_since() {
    let (app, staff) = spawn_staffed(4).await;
    let state = "SELECT string_agg(concat_ws('|', id, title, price, status), ' ' ORDER BY id) FROM property";
    let before = app.sql(state).await;
    let csv = format!(
        "{HEADER}1,New 1,About home 1,1,Leith\n2,New 2,About home 2,2,Joppa\n3,Home 3,About home 3,3000,Leith\n,Added,D,9,Leith\n"
    );
    let undo = async |staff: &Browser| {
        let form = staff.get("/admin/properties/import/").await;
        let at = form.text().find("/import/undo/").expect("a button");
        let address = form.text()[at..].split('"').next().unwrap_or_default().to_owned();
        let done =
            staff.submit(&format!("/admin/properties{address}"), &[] as &[(&str, &str)]).await;
        staff.get(done.assert_status(303).header("location")).await
    };
    let preview = import(&staff, "homes.csv", csv.clone().into_bytes()).await;
    apply(&staff, &preview, &[("withdraw_missing", "1")]).await.assert_status(303);
    assert_ne!(app.sql(state).await, before);
    app.get("/properties/1/").await.shows(["New 1"]);
    undo(&staff).await.shows(["4 listing(s) are as they were."]).hides(["Undo this import"]);
    assert_eq!(app.sql(state).await, before);
    app.get("/properties/1/").await.shows(["Home 1"]);
    let preview = import(&staff, "homes.csv", csv.into_bytes()).await;
    apply(&staff, &preview, &[]).await.assert_status(303);
    app.sql("UPDATE property SET price = 77 WHERE id = 1").await;
    undo(&staff).await.shows(["2 listing(s) are as they were.", "1 listing(s) were changed"]);
    assert_eq!(app.sql(state).await, before.replace("1|Home 1|1000.00", "1|New 1|77.00"));
}
