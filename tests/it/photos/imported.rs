//! Photos that come with a file of listings, sent as a ZIP.

use std::io::{Cursor, Write as _};

use chrono::{TimeDelta, Utc};
use image::ImageFormat;
use zip::write::SimpleFileOptions;

use super::pictures::{file, jpeg, picture, promising_png};
use super::store::{age, folder};
use super::{hashes, json, send, upload};
use crate::admin::imports::{apply, figures, import};
use crate::harness::{App, Browser, Page, Plan, Shows as _};

const HEADER: &str = "reference,title,description,price,location,Bilder\n";

/// A ZIP file.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a file");
        zip.write_all(content).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

/// A row of the listing R1, with the cell of its photos.
fn row(photos: &str) -> String {
    format!("{HEADER}R1,Home 1,About home 1,1000,Leith,{photos}\n")
}

/// A site whose only listing is R1.
async fn start() -> (App, Browser) {
    let named = "UPDATE property SET reference = 'R1'; DELETE FROM event_log; DELETE FROM history";
    let app = Plan::with_homes(1).await.sql(named).await.start().await;
    let staff = app.staff().await;
    (app, staff)
}

/// Sends a file with pictures; returns the preview.
async fn send_zip(staff: &Browser, csv: &str, pictures: &[(&str, &[u8])]) -> Page {
    let files: Vec<_> = [("listings.csv", csv.as_bytes())]
        .into_iter()
        .chain(pictures.iter().map(|(name, bytes)| (*name, *bytes)))
        .collect();
    import(staff, "agency.zip", zip(&files)).await
}

/// The widths of the listing's photos, which tell the pictures apart.
async fn widths(app: &App) -> Vec<u64> {
    let photos = json(app).await["photos"].as_array().cloned().unwrap_or_default();
    photos.iter().filter_map(|photo| photo["width"].as_u64()).collect()
}

#[tokio::test]
async fn a_file_and_its_pictures_in_a_zip_give_listings_their_photos() {
    let (app, staff) = start().await;
    app.get("/properties/").await.shows(["Illustration"]);
    app.get("/properties/1/").await.shows(["Illustration"]);
    let (a, b) = (jpeg(30, 20), file(picture(31, 20), ImageFormat::Png));
    let pictures =
        [("Bilder/KITCHEN.jpg", &a[..]), ("hall.png", &b), ("other.jpg", &a), (".DS_Store", b"x")];
    let csv = row("https://x.example/kitchen.JPG?w=2|C:\\photos\\Hall.png");
    let preview = send_zip(&staff, &csv, &pictures).await.assert_status(200);
    assert_eq!(figures(&preview), "0 1 0 0", "{preview:?}");
    preview.shows(["3 photos come with the file; 2 of them are named by its rows.", "no photos"]);
    preview.shows(["2 photos"]).hides(["missing"]);
    assert!(!folder(&app).exists(), "a look stores nothing");
    apply(&staff, &preview, &[]).await.assert_status(303);
    assert_eq!(widths(&app).await, [30, 31]);
    // The page and the list's card show them at once, and the history has the change.
    let names = hashes(&app).await;
    for path in ["/properties/", "/properties/1/"] {
        app.get(path).await.hides(["Illustration"]).shows([format!("/media/{}/", names[0])]);
    }
    app.get(&format!("/media/{}/31.jpg", names[1])).await.assert_status(200);
    staff.get("/admin/properties/1/history/").await.shows(["Photos", "imported from a file"]);
    assert_eq!(app.database.changes().await, "1");
    // The same file changes nothing.
    let preview = send_zip(&staff, &csv, &pictures).await;
    preview.shows(["contains no changes"]);
    assert_eq!(figures(&preview), "0 0 1 0");
    // The unused picture is not in the store.
    let report = app.services.gallery.check().await.expect("checked");
    assert_eq!((report.photos, report.unused, report.missing.len()), (2, 0, 0));
}

#[tokio::test]
async fn a_row_sets_the_photos_it_names_and_those_a_listing_has_keep_their_descriptions() {
    let (app, staff) = start().await;
    let (a, b, c) = (jpeg(30, 20), jpeg(31, 20), jpeg(32, 20));
    upload(&staff, &[("a.jpg", &a), ("b.jpg", &b)]).await.assert_status(303);
    let alt = format!("alt_{}", hashes(&app).await[1]);
    send(&staff, &[(&alt, "The hall")], &[]).await.assert_status(303);
    let pictures = [("1.jpg", &a[..]), ("2.jpg", &b), ("3.jpg", &c)];
    for (cell, want, changed) in [
        ("1.jpg|2.jpg", &[30, 31][..], "0 0 1 0"),
        // Another file, another order, and one that is named twice.
        ("2.jpg|3.jpg|2.JPG", &[31, 32], "0 1 0 0"),
        // Without a name, the photos stay.
        ("", &[31, 32], "0 0 1 0"),
        ("\"2.jpg, 1.jpg\"", &[31, 30], "0 1 0 0"),
        ("-", &[], "0 1 0 0"),
    ] {
        let preview = send_zip(&staff, &row(cell), &pictures).await.assert_status(200);
        assert_eq!(figures(&preview), changed, "{cell}");
        if changed == "0 1 0 0" {
            apply(&staff, &preview, &[]).await.assert_status(303);
        }
        assert_eq!(widths(&app).await, want, "{cell}");
        if let Some(at) = want.iter().position(|width| *width == 31) {
            assert_eq!(json(&app).await["photos"][at]["alt"], "The hall", "{cell}");
        }
    }
}

#[tokio::test]
async fn missing_and_wrong_pictures_are_named_and_their_rows_are_not_imported() {
    let (app, staff) = start().await;
    let whole = jpeg(30, 20);
    let pictures = [
        ("a.jpg", &whole[..]),
        ("broken.jpg", &whole[..whole.len() / 2]),
        ("notes.jpg", b"not a picture"),
        ("12/1.jpg", &whole),
        ("13/1.jpg", &whole),
    ];
    let mut csv = row("a.jpg|gone.jpg");
    for (at, photos) in
        ["gone.jpg", "broken.jpg", "notes.jpg", "1.jpg", "13/1.jpg"].into_iter().enumerate()
    {
        csv.push_str(&format!("N{at},T,D,5,Leith,{photos}\n"));
    }
    let preview = send_zip(&staff, &csv, &pictures).await.assert_status(200);
    assert_eq!(figures(&preview), "1 0 0 5", "{preview:?}");
    preview.shows([
        "1 photo is missing: “gone.jpg” (lines 2, 3).",
        "There is no file “gone.jpg” with the photos.",
        "“broken.jpg”: It is damaged or incomplete.",
        "“notes.jpg”: It is not a JPEG, PNG or WebP picture.",
        "Several files are called “1.jpg”.",
    ]);
    let invalid = format!("{}invalid/", preview.header("x-address"));
    staff.get(&invalid).await.assert_status(200).shows(["N1", "gone.jpg"]).hides(["N4"]);
    apply(&staff, &preview, &[]).await.assert_status(422).shows(["Nothing was imported"]);
    assert!(!folder(&app).exists(), "no picture of a refused file is stored");
    apply(&staff, &preview, &[("skip_invalid", "1")]).await.assert_status(303);
    assert_eq!(
        app.sql("SELECT string_agg(reference, ' ' ORDER BY id) FROM property").await,
        "R1 N4"
    );
    assert_eq!(widths(&app).await, [0; 0], "the invalid row changed nothing");
}

#[tokio::test]
async fn hostile_archives_are_bounded_and_write_nothing_outside_the_store() {
    let (app, staff) = start().await;
    let (whole, zeros) = (jpeg(30, 20), vec![0; 24 << 20]);
    let nested = zip(&[("a.jpg", &whole)]);
    let pixels = promising_png(40_000, 40_000);
    let many: Vec<String> = (0..41).map(|at| format!("{at}.jpg")).collect();
    let forty_one: Vec<_> = (0..41).map(|at| file(picture(10 + at, 9), ImageFormat::Png)).collect();
    let forty_one: Vec<_> =
        many.iter().zip(&forty_one).map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    for (cell, pictures, said) in [
        ("a.jpg", &[("a.jpg", &zeros[..])][..], "“a.jpg”: It is too large."),
        (
            "a.jpg|b.jpg",
            &[("a.jpg", &zeros), ("b.jpg", &zeros)],
            "“b.jpg”: The ZIP file expands to too many bytes.",
        ),
        ("a.jpg", &[("a.jpg", &nested)], "“a.jpg”: It is not a JPEG, PNG or WebP picture."),
        ("a.png", &[("a.png", &pixels)], "more than 50 megapixels"),
        (&many.join("|"), &forty_one, "A listing has at most 40 photos (there are 41)."),
        // A file of the machine is not a file of the archive.
        ("../../../etc/passwd|/etc/passwd", &[("a.jpg", &whole)], "There is no file “/etc/passwd”"),
        (&"x".repeat(5_000), &[("a.jpg", &whole)], "xxx…”"),
    ] {
        let preview = send_zip(&staff, &row(cell), pictures).await.assert_status(200);
        assert_eq!(figures(&preview), "0 0 0 1", "{said}: {preview:?}");
        preview.shows([said]);
        apply(&staff, &preview, &[]).await.assert_status(422);
    }
    assert!(!folder(&app).exists());
    // A name with a path out of the archive is only compared.
    let preview = send_zip(&staff, &row("a.jpg"), &[("../../a.jpg", &whole[..])]).await;
    apply(&staff, &preview, &[]).await.assert_status(303);
    assert_eq!(widths(&app).await, [30]);
    let above = folder(&app).parent().and_then(|folder| folder.parent()).map(|f| f.join("a.jpg"));
    assert!(above.is_some_and(|path| !path.exists()));
}

#[tokio::test]
async fn an_undone_import_gives_photos_back_also_after_the_store_was_cleaned() {
    let (app, staff) = start().await;
    upload(&staff, &[("old.jpg", &jpeg(40, 20))]).await.assert_status(303);
    let before = hashes(&app).await;
    let preview = send_zip(&staff, &row("a.jpg"), &[("a.jpg", &jpeg(30, 20)[..])]).await;
    apply(&staff, &preview, &[]).await.assert_status(303);
    assert_eq!(widths(&app).await, [30]);
    age(&app).await;
    let since = Utc::now() - TimeDelta::days(1);
    assert_eq!(app.services.gallery.collect(since).await.expect("collected"), 0);
    staff.press("/admin/properties/import/undo/1/").await.assert_status(303);
    assert_eq!(hashes(&app).await, before);
    app.get(&format!("/media/{}/40.jpg", before[0])).await.assert_status(200);
    // Nothing can bring back the photo of the import.
    age(&app).await;
    assert_eq!(app.services.gallery.collect(since).await.expect("collected"), 1);
}

#[tokio::test]
async fn names_of_photos_without_their_files_are_not_read_which_is_said_once() {
    let (app, staff) = start().await;
    upload(&staff, &[("old.jpg", &jpeg(40, 20))]).await.assert_status(303);
    let own = "title,description,price,location,reference,photos\nHome 1,About home 1,1000,Leith,R1,a.jpg\n";
    for csv in [&row("a.jpg|b.jpg"), own] {
        let preview = import(&staff, "agency.csv", csv.as_bytes().to_vec()).await;
        assert_eq!(figures(&preview), "0 0 1 0", "{preview:?}");
        assert_eq!(preview.text().matches("Not read: ").count(), 1);
        let columns = format!("{}columns/", preview.header("x-address"));
        let columns = staff.get(&columns).await;
        columns.shows(["Not read: send a ZIP with this file and the photos."]);
    }
    assert_eq!(widths(&app).await, [40]);
    // Choosing columns for a file without its pictures does not settle that they are never read.
    let odd =
        "reference,title,description,price,Hood,photos\nR1,Home 1,About home 1,1000,Leith,a.jpg\n";
    let asked = import(&staff, "odd.csv", odd.as_bytes().to_vec()).await;
    let mut fields = vec![];
    for (column, field) in [
        ("reference", "reference"),
        ("title", "title"),
        ("description", "description"),
        ("price", "price"),
        ("Hood", "location"),
    ] {
        fields.extend([("column", column), ("field", field)]);
    }
    let columns = format!("{}columns/", asked.header("x-address"));
    staff.submit(&columns, &fields).await.assert_status(303);
    let preview = send_zip(&staff, odd, &[("a.jpg", &jpeg(30, 20)[..])]).await;
    assert_eq!(figures(&preview), "0 1 0 0", "{preview:?}");
}

#[tokio::test]
async fn what_the_admin_exports_is_imported_without_a_change() {
    let (app, staff) = start().await;
    upload(&staff, &[("a.jpg", &jpeg(30, 20)), ("b.jpg", &jpeg(31, 20))]).await.assert_status(303);
    let alt = format!("alt_{}", hashes(&app).await[0]);
    send(&staff, &[(&alt, "=The | \"hall\"")], &[]).await.assert_status(303);
    for format in ["csv", "jsonl"] {
        let address = format!("/admin/properties/export/?format={format}");
        let export = staff.get(&address).await.assert_status(200).body;
        let preview = import(&staff, "own", export.clone()).await;
        assert_eq!(figures(&preview), "0 0 1 0", "{format}: {preview:?}");
        // Also in a ZIP beside pictures that it does not name.
        let name = format!("own.{format}");
        let other = jpeg(9, 9);
        let files = [(name.as_str(), &export[..]), ("x.jpg", &other[..])];
        let preview = import(&staff, "own.zip", zip(&files)).await;
        assert_eq!(figures(&preview), "0 0 1 0", "{format}: {preview:?}");
    }
}
