//! `loaddata --photos`: photos from a folder.

use std::path::PathBuf;

use crate::harness::{App, Shell, Shows as _, spawn_homes, until};
use crate::photos::imported::zip;
use crate::photos::pictures::jpeg;

const HEADER: &str = "reference,title,description,price,location,photos\n";

/// A site, a shell beside it, and a folder with pictures of different widths.
async fn start() -> (App, Shell, PathBuf) {
    let app = spawn_homes(0).await;
    let shell = Shell::beside(&app);
    let folder = shell.directory.join("pictures");
    std::fs::create_dir_all(folder.join("R2")).expect("a folder");
    for (name, width) in [("Front.JPG", 30), ("küche.jpg", 31), ("R2/1.jpg", 32)] {
        std::fs::write(folder.join(name), jpeg(width, 20)).expect("a picture");
    }
    (app, shell, folder)
}

/// The photos of every listing, by their widths.
async fn photos(app: &App) -> String {
    let widths = "SELECT string_agg(concat_ws(':', reference, (SELECT string_agg(photo ->> 'width', '+' ORDER BY at)
        FROM jsonb_array_elements(photos) WITH ORDINALITY AS p (photo, at))), ' ' ORDER BY id) FROM property";
    app.sql(widths).await
}

fn load(shell: &Shell, more: &[&str]) -> crate::harness::Said {
    let mut words = vec!["loaddata", "--photos", "pictures"];
    words.extend(more);
    shell.run(&words)
}

#[tokio::test]
async fn listings_get_the_pictures_of_a_folder_that_their_rows_name() {
    let (app, shell, folder) = start().await;
    app.get("/properties/").await;
    #[cfg(unix)]
    {
        // Links in a circle and a pipe must not stop the command.
        std::os::unix::fs::symlink(&folder, folder.join("circle")).expect("a link");
        let made = std::process::Command::new("mkfifo").arg(folder.join("pipe.jpg")).status();
        assert!(made.expect("mkfifo runs").success());
    }
    let csv = format!(
        "{HEADER}R1,One,D,1,Leith,front.jpg|x/KU\u{308}CHE.jpg\nR2,Two,D,2,Leith,r2/1.jpg\nR3,Three,D,3,Leith,\n"
    );
    let file = shell.file("listings.csv", &csv);
    let said = load(&shell, &[&file]);
    said.err.shows(["3 photos come with the file; all are named by its rows."]);
    said.done().shows(["Installed 3 object(s)"]);
    assert_eq!(photos(&app).await, "R1:30+31 R2:32 R3");
    until("the list shows the photos", async || app.get("/properties/").await.has("/media/")).await;
    // The second load makes and changes nothing.
    let stored = || std::fs::metadata(app.variables["MEDIA_URL"].clone()).expect("it exists");
    let before = stored().modified().expect("a time");
    load(&shell, &[&file]).done().shows(["3 of them unchanged"]);
    assert_eq!(stored().modified().expect("a time"), before);
    assert_eq!(app.database.changes().await, "3");
    let report = shell.run(&["manage_media", "--check"]).done();
    report.shows(["3 photo(s) of 2 listing(s)"]).shows(["0 stored photo(s) that no listing has"]);
    // A dump has them, and loads without a difference, with or without the folder.
    for format in ["csv", "jsonl"] {
        let dump = shell.run(&["dumpdata", "--format", format]).done();
        let file = shell.file(&format!("dump.{format}"), &dump);
        shell.run(&["loaddata", &file]).done().shows(["3 of them unchanged"]);
        load(&shell, &[&file]).done().shows(["3 of them unchanged"]);
    }
}

#[tokio::test]
async fn missing_and_wrong_pictures_are_each_named_once_and_nothing_is_loaded() {
    let (app, shell, folder) = start().await;
    std::fs::write(folder.join("notes.jpg"), "not a picture").expect("a file");
    let mut csv = HEADER.to_owned();
    for at in 0..30 {
        csv.push_str(&format!("R{at},T,D,1,Leith,Front.JPG|gone.jpg|notes.jpg\n"));
    }
    csv.push_str("X,T,D,1,Leith,1.jpg|other.jpg\nY,T,D,1,Leith,front.jpg\n");
    let file = shell.file("listings.csv", &csv);
    let said = load(&shell, &[&file]).failed(1);
    said.shows(["There is no file “gone.jpg” with the photos. (30 times: lines 2, 3, "]);
    said.shows(["listings.csv:32: photos: There is no file “other.jpg” with the photos."]);
    assert!(said.lines().count() < 10, "{said}");
    assert_eq!(app.database.listings().await, "0");
    assert!(!PathBuf::from(app.variables["MEDIA_URL"].clone()).exists(), "nothing is stored");
    // The other rows can be loaded: those whose pictures are all there.
    let said = load(&shell, &["--skip-invalid", &file]);
    said.err.shows(["“notes.jpg”: It is not a JPEG, PNG or WebP picture.", "31 row(s) skipped"]);
    said.err.shows(["are missing: “gone.jpg” (lines 2, 3, 4, 5, 6, …), “other.jpg” (line 32)."]);
    said.done();
    assert_eq!(photos(&app).await, "Y:30");
    let err = shell.run(&["loaddata", "--photos", "nowhere", &file]).failed(1);
    err.shows(["the photos in nowhere can't be read"]);
}

#[tokio::test]
async fn other_programs_columns_arrays_and_archives_name_photos() {
    let (app, shell, _) = start().await;
    let portal = shell.file(
        "portal.csv",
        "Ref,Headline,Description,Price,Town,Image 1,Image 2\nA,T,D,1,Leith,front.jpg,küche.jpg\n",
    );
    let json = shell.file(
        "mls.json",
        "[{\"ListingId\":\"B\",\"title\":\"T\",\"description\":\"D\",\"price\":1,\"location\":\"L\",\
        \"Media\":[{\"MediaURL\":\"https://x.example/r2/1.jpg\",\"Order\":1},{\"MediaURL\":\"https://x.example/K%C3%9Cche.jpg\"}]}]",
    );
    let blm = shell.file(
        "agent.blm",
        "#HEADER#\nVersion : 3\nEOF : '^'\nEOR : '~'\n#DEFINITION#\n\
        AGENT_REF^DISPLAY_ADDRESS^SUMMARY^PRICE^TOWN^MEDIA_IMAGE_00^MEDIA_IMAGE_01^~\n#DATA#\n\
        C^T^D^1^Leith^1.jpg^Front.jpg^~\n#END#\n",
    );
    load(&shell, &[&portal, &json, &blm]).done();
    assert_eq!(photos(&app).await, "A:30+31 B:32+31 C:32+30");
    // A ZIP with pictures needs no folder.
    let packed =
        zip(&[("b.csv", format!("{HEADER}D,T,D,1,L,a.jpg\n").as_bytes()), ("a.jpg", &jpeg(33, 9))]);
    let path = shell.directory.join("b.zip");
    std::fs::write(&path, packed).expect("a file");
    shell.run(&["loaddata", &path.display().to_string()]).done();
    assert!(photos(&app).await.ends_with(" D:33"));
    // Without the folder, the names are not read.
    let said = shell.run(&["loaddata", &portal]);
    said.err.shows(["Not read: “Image 1”, “Image 2”."]);
    said.done().shows(["1 of them unchanged"]);
    // A folder without a column for it is said.
    let plain = shell.file("plain.csv", "title,description,price,location\nT,D,1,L\n");
    let said = load(&shell, &[&plain]);
    said.err.shows(["no column names photos"]);
    said.done();
    let dump = shell.file(
        "dump.json",
        "[{\"model\": \"auth.group\", \"pk\": 1, \"fields\": {\"name\": \"x\"}}]",
    );
    load(&shell, &[&dump]).failed(1).shows(["--photos can’t be used with a Django dump"]);
}

#[tokio::test]
async fn photos_that_are_removed_while_a_file_is_loaded_are_not_given_to_listings() {
    let (app, shell, _) = start().await;
    let file = shell.file("listings.csv", &format!("{HEADER}R1,One,D,1,Leith,front.jpg\n"));
    // As if the store were being cleaned: then the load waits before it changes listings.
    let psql = app.database.psql().await;
    psql.batch_execute("SELECT pg_advisory_lock(x'70686f746f'::bigint)").await.expect("locked");
    let loading = shell.begin(&["loaddata", "--photos", "pictures", &file]);
    app.database.has_waiting(1).await;
    std::fs::remove_dir_all(app.variables["MEDIA_URL"].clone()).expect("removed");
    psql.batch_execute("SELECT pg_advisory_unlock_all()").await.expect("unlocked");
    let (code, said) = loading.wait();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("photos were removed from the store meanwhile"), "{said}");
    assert_eq!(app.database.listings().await, "0");
    load(&shell, &[&file]).done();
    assert_eq!(photos(&app).await, "R1:30");
}
