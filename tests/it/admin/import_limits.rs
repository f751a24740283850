//! The limits of an import: invalid rows, listed errors, ids, and concurrent imports of an instance.

use super::imports::{HEADER, apply, figures, import, rows};
use crate::harness::{Shows as _, spawn_staffed};

#[tokio::test]
async fn ten_thousand_bad_rows_leave_the_good_ones_to_import_and_more_end_the_reading() {
    let (app, staff) = spawn_staffed(1).await;
    let mut csv = format!("{HEADER}1,Good,D,1,Leith\n");
    csv.push_str(&",,x,1,\n".repeat(20_000));
    let preview = import(&staff, "homes.csv", csv.into_bytes()).await.assert_status(422);
    preview
        .shows([
            "has more than 10,000 invalid rows",
            "… and more",
            "reading stopped after 10,000 invalid rows",
        ])
        .hides(["name=\"skip_invalid\""]);
    assert!(preview.body.len() < 200_000, "{} bytes", preview.body.len());
    let ways: [&[(&str, &str)]; 2] = [&[], &[("skip_invalid", "1")]];
    for more in ways {
        apply(&staff, &preview, more).await.assert_status(422).shows(["too many rows are invalid"]);
    }
    assert_eq!(rows(&app).await, "1|Home 1|1000.00|Leith");
    // As many as are read leave the good ones to import.
    let csv = format!("{HEADER}{}1,Good,D,1,Leith\n", ",,x,1,\n".repeat(10_000));
    let preview = import(&staff, "homes.csv", csv.into_bytes()).await.assert_status(200);
    assert_eq!(figures(&preview), "0 1 0 10,000");
    preview.shows(["and 9,900 more invalid rows"]);
    apply(&staff, &preview, &[("skip_invalid", "1")]).await.assert_status(303);
    assert_eq!(rows(&app).await, "1|Good|1.00|Leith");
}

#[tokio::test]
async fn a_file_with_thousands_of_columns_is_refused_in_one_line() {
    let (_app, staff) = spawn_staffed(0).await;
    let keys: Vec<_> = (0..5_000).map(|key| format!("\"k{key}\": 1")).collect();
    let line = format!("{{{}}}\n", keys.join(", "));
    let objects = import(&staff, "homes.jsonl", line.into_bytes()).await;
    let names: Vec<_> = (0..5_000).map(|name| format!("k{name}")).collect();
    let header = import(&staff, "homes.csv", format!("{}\n", names.join(",")).into_bytes()).await;
    for page in [objects.assert_status(422), header.assert_status(422)] {
        page.shows(["too many columns: at most 500"]).hides(["k20"]);
        assert!(page.body.len() < 50_000, "{} bytes", page.body.len());
    }
}

#[tokio::test]
async fn of_three_looks_at_once_the_third_is_told_to_try_again() {
    let (app, staff) = spawn_staffed(1).await;
    let csv = format!("{HEADER}1,Good,D,1,Leith\n").into_bytes();
    let preview = import(&staff, "homes.csv", csv).await.assert_status(200);
    let address = preview.header("x-address");
    // While the table is locked, no preview can finish.
    let lock = app.database.lock("property").await;
    let look = || async {
        let page = staff.get(address).await;
        if page.status == 409 {
            page.shows(["try again in a few seconds"]);
            lock.release().await;
        }
        page.status
    };
    let (one, two, three) = tokio::join!(look(), look(), look());
    let mut statuses = [one, two, three];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 409]);
}

#[tokio::test]
async fn an_id_that_would_leave_no_numbers_for_others_is_refused() {
    let (app, staff) = spawn_staffed(0).await;
    let preview = import(&staff, "homes.csv", format!(
        "{HEADER}9007199254740990,Last,D,1,Leith\n4503599627370495,Half,D,2,Leith\n,Next,D,3,Leith\n"
    ).into_bytes()).await.assert_status(200);
    assert_eq!(figures(&preview), "2 0 0 1");
    preview.shows(["9007199254740990", "from 1 to 4503599627370495"]);
    apply(&staff, &preview, &[("skip_invalid", "1")]).await.assert_status(303);
    assert_eq!(
        rows(&app).await,
        "4503599627370495|Half|2.00|Leith 4503599627370496|Next|3.00|Leith"
    );
}
