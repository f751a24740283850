//! Files of Django's `dumpdata`, made by Django 5.2 with made-up people.

use property_listings::db::Database;
use property_listings::services::fixtures::{LoadError, LoadOptions, LoadReport, Source, django};

use super::{number, skipping, strict};
use crate::harness::{App, Plan, Shell, Shows as _, spawn_app, spawn_staffed};

/// `dumpdata properties auth --indent 2`, without the permissions of Django's own models.
const DUMP: &str = include_str!("dumpdata.json");

async fn loading(
    database: &Database,
    text: &str,
    options: LoadOptions,
) -> Result<LoadReport, LoadError> {
    let source = Source::of_bytes(text.to_owned());
    django::load(database, source, "dump.json", &options, &|_, _| {}).await
}

async fn enters(app: &App, username: &str, password: &str) -> u16 {
    app.stranger().try_log_in(username, password, "").await.status
}

async fn hash(app: &App, username: &str) -> String {
    app.sql(&format!("SELECT password_hash FROM site_user WHERE username = '{username}'")).await
}

#[tokio::test]
async fn a_dump_of_django_loads_beside_a_running_site_and_its_users_log_in() {
    let app = spawn_app().await;
    app.get("/properties/").await.assert_status(200);
    let shell = Shell::beside(&app);
    let file = shell.file("dump.json", DUMP);
    let said = shell.run(&["loaddata", &file]);
    let notes = said.err.clone();
    assert!(said.done().contains("Installed 11 object(s)"), "{notes}");
    notes.shows([
        "1 object(s) of other models were skipped: admin.logentry (1).",
        "first and last names of 1 user(s)",
        "“robot”, “bo”, “cy”, “di” can't log in",
        "a hash other than pbkdf2_sha256 and argon2",
        "no permission for the cache",
    ]);
    app.get("/properties/1/").await.assert_status(200).shows(["Harbour flat", "250,000"]);
    let kept = "SELECT created_at || ' ' || title FROM property WHERE id = 3";
    assert!(app.sql(kept).await.contains("12:35:02.673+00 Żółta “willa” 🏠"));
    for (name, password, algorithm) in [
        ("margaret", "lunar module pilot", "pbkdf2_sha256$"),
        ("grace", "nanoseconds of wire", "pbkdf2_sha256$"),
        ("ada2", "analytical engines", "argon2$"),
    ] {
        assert!(hash(&app, name).await.starts_with(algorithm), "{name}");
        assert_eq!(enters(&app, name, "wrong password").await, 422, "{name}");
        assert!(hash(&app, name).await.starts_with(algorithm), "{name}");
        assert_eq!(enters(&app, name, password).await, 303, "{name}");
        assert!(hash(&app, name).await.starts_with("$argon2id$"), "{name}");
        assert_eq!(enters(&app, name, password).await, 303, "{name}");
        app.sql("DELETE FROM login_failure").await;
    }
    for password in ["", "!", "gS2gwLzZpCoITZTwuxk4Lv4hk9fgpu4kLDT5HFTY"] {
        assert_eq!(enters(&app, "robot", password).await, 422);
    }
    app.sql("DELETE FROM login_failure").await;
    for name in ["bo", "cy", "di"] {
        let before = hash(&app, name).await;
        assert_eq!(enters(&app, name, "analytical engines").await, 422, "{name}");
        assert_eq!(hash(&app, name).await, before, "{name}");
    }
    assert_eq!(enters(&app, "guest", "just looking around").await, 422, "guest is no staff");
}

#[tokio::test]
async fn what_users_may_do_comes_with_them_also_from_their_groups() {
    let app = spawn_app().await;
    loading(&app.pool(), DUMP, strict()).await.expect("loaded");
    let may = "SELECT string_agg(username || ':' || array_to_string(permissions, '+'), ' ' ORDER BY username)
        FROM site_user WHERE username IN ('margaret', 'grace', 'guest')";
    assert_eq!(app.sql(may).await, "grace:view+add+change+delete guest: margaret:");
    let margaret = "SELECT concat(is_superuser, is_staff, is_active, ' ', email) FROM site_user WHERE username = 'margaret'";
    assert_eq!(app.sql(margaret).await, "ttt margaret@apollo.example");
    let grace = app.stranger();
    grace.try_log_in("grace", "nanoseconds of wire", "").await.assert_status(303);
    grace.get("/admin/properties/1/delete/").await.assert_status(200);
    grace.get("/properties/cache-status/").await.assert_status(403);
    let actor =
        "SELECT string_agg(DISTINCT actor, ',') FROM account_event WHERE username = 'grace'";
    assert_eq!(app.sql(actor).await, "command loaddata");
}

#[tokio::test]
async fn permissions_that_the_file_does_not_explain_are_said_and_leave_a_look() {
    let database = crate::harness::database().await;
    let json = r#"[{"model": "auth.user", "pk": 9, "fields": {"username": "kay", "password": "!", "is_staff": true,
        "user_permissions": [25, 26], "groups": []}},
        {"model": "auth.user", "fields": {"username": "lee", "password": "!", "is_staff": true,
        "user_permissions": [["add_property", "properties", "property"]], "groups": [["Editors"]]}}]"#;
    let report = loading(&database, json, strict()).await.expect("loaded");
    assert!(
        report.notes.iter().any(|note| note.contains("“kay”, “lee”. They can view")),
        "{:?}",
        report.notes
    );
    let looks = "SELECT count(*) FROM site_user WHERE username = 'kay' AND permissions = '{view}'";
    assert_eq!(number(&database, looks).await, 1);
    let adds =
        "SELECT count(*) FROM site_user WHERE username = 'lee' AND permissions @> '{view,add}'";
    assert_eq!(number(&database, adds).await, 1);
}

#[tokio::test]
async fn a_dump_that_is_loaded_again_keeps_hashes_sessions_and_everything_else() {
    let app = spawn_app().await;
    let pool = app.pool();
    let first = loading(&pool, DUMP, strict()).await.expect("loaded");
    assert_eq!((first.loaded, first.changed), (11, 11));
    let margaret = app.stranger();
    let other = app.stranger();
    other.try_log_in("margaret", "lunar module pilot", "").await.assert_status(303);
    let upgraded = hash(&app, "margaret").await;
    assert!(upgraded.starts_with("$argon2id$"));
    margaret.try_log_in("margaret", "lunar module pilot", "").await.assert_status(303);
    let again = loading(&pool, DUMP, strict()).await.expect("loaded");
    assert_eq!((again.loaded, again.changed), (11, 0), "{:?}", again.notes);
    assert_eq!(hash(&app, "margaret").await, upgraded);
    for browser in [&margaret, &other] {
        browser.get("/admin/").await.assert_status(200);
    }
    // If the file has another password, it is replaced.
    let dump = DUMP.replace("5RHFYBxOGwsKJfa08l7r0Z", "6RHFYBxOGwsKJfa08l7r0Z");
    assert_eq!(loading(&pool, &dump, strict()).await.expect("loaded").changed, 1);
    margaret.get("/admin/").await.assert_status(302);
}

#[tokio::test]
async fn a_hash_made_anew_at_a_login_ends_no_session() {
    let app = spawn_app().await;
    loading(&app.pool(), DUMP, strict()).await.expect("loaded");
    // A session from before the hash was made anew, as from a site that did not do so yet.
    let before = app.stranger();
    before.try_log_in("grace", "nanoseconds of wire", "").await.assert_status(303);
    let old = "SET app.rehash = 'on'; UPDATE site_user SET password_hash =
        'pbkdf2_sha256$1000000$4Jvccu5xv7d6Jngkcd7IWq$zOKFgCa3P2dM7wrtjd+HbP8T7VKOW7yTE+o2gKPG+D4='
        WHERE username = 'grace'";
    app.sql(old).await;
    app.stranger().try_log_in("grace", "nanoseconds of wire", "").await.assert_status(303);
    assert!(hash(&app, "grace").await.starts_with("$argon2id$"));
    before.get("/admin/").await.assert_status(200);
    let changed =
        "SELECT count(*) FROM account_event WHERE username = 'grace' AND kind = 'changed'";
    assert_eq!(app.sql(changed).await, "0");
}

#[tokio::test]
async fn every_bad_object_is_named_with_line_model_key_and_field() {
    let database = crate::harness::database().await;
    let text = r#"[
{"model": "properties.property", "pk": 7, "fields": {"title": "", "description": "D", "price": "free", "location": "L", "views": 3}},
{"model": "properties.property", "pk": "x", "fields": {"title": "T", "description": "D", "price": "1.00", "location": "L"}},
{"model": "auth.user", "pk": 2, "fields": {"username": "no spaces", "password": "!", "is_staff": "yes", "email": "nope", "last_login": "soon"}},
{"model": "properties.property", "fields": {"title": "Good", "description": "D", "price": 12.50, "location": "L", "created_at": "2020-01-02T03:04:05"}},
{"pk": 3}
]"#;
    let errors = match loading(&database, text, strict()).await {
        Err(LoadError::Invalid(errors)) => errors,
        other => panic!("{other:?}"),
    };
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    for start in [
        "dump.json:2: title: object 1 (properties.property, pk 7): ",
        "dump.json:2: price: object 1 (properties.property, pk 7): ",
        "dump.json:3: id: object 2 (properties.property, pk \"x\"): ",
        "dump.json:4: username: object 3 (auth.user, pk 2): ",
        "dump.json:4: is_staff: object 3 (auth.user, pk 2): ",
        "dump.json:4: email: object 3 (auth.user, pk 2): ",
        "dump.json:4: last_login: object 3 (auth.user, pk 2): ",
        "dump.json:6: row: object 5: ",
    ] {
        assert!(lines.iter().any(|line| line.starts_with(start)), "{start}: {lines:#?}");
    }
    assert_eq!(lines.len(), 8, "{lines:#?}");
    assert_eq!(number(&database, "SELECT count(*) FROM property").await, 0);
    let report = loading(&database, text, skipping()).await.expect("loaded");
    assert_eq!((report.loaded, report.skipped.len()), (1, 8));
    assert!(report.notes.iter().any(|note| note.contains("read as UTC")), "{:?}", report.notes);
    let good = "SELECT count(*) FROM property WHERE title = 'Good' AND price = 12.50 AND created_at = '2020-01-02 03:04:05Z'";
    assert_eq!(number(&database, good).await, 1);
}

#[tokio::test]
async fn what_one_line_repeats_is_named_with_object_and_field() {
    let database = crate::harness::database().await;
    let listing = r#"{"model": "properties.property", "pk": 7, "fields": {"title": "T", "description": "D", "price": "1", "location": "L"}}"#;
    let user = r#"{"model": "auth.user", "pk": 2, "fields": {"username": "kay", "password": "!"}}"#;
    let text = format!("[{listing}, {user}, {listing}, {user}]");
    let errors = match loading(&database, &text, strict()).await {
        Err(LoadError::Invalid(errors)) => errors,
        other => panic!("{other:?}"),
    };
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    let want = [
        "dump.json:1: id: object 3 (properties.property, pk 7): An earlier object on this line has the same id.",
        "dump.json:1: username: object 4 (auth.user, pk 2): An earlier object on this line has the same \
        username. The \
         value is “kay”.",
    ];
    assert_eq!(lines, want);
    let report = loading(&database, &text, skipping()).await.expect("loaded");
    assert_eq!((report.loaded, report.skipped.len()), (2, 2));
}

#[tokio::test]
async fn rights_that_cannot_be_read_are_named_like_any_other_field() {
    let database = crate::harness::database().await;
    let json = r#"[{"model": "auth.user", "pk": 2, "fields": {"username": "kay", "password": "!", "is_staff": true,
        "user_permissions": "all", "groups": [{"name": "Editors"}]}}]"#;
    let errors = match loading(&database, json, strict()).await {
        Err(LoadError::Invalid(errors)) => errors,
        other => panic!("{other:?}"),
    };
    let fields: Vec<_> = errors.iter().map(|err| err.field).collect();
    assert_eq!(fields, ["user_permissions", "groups"]);
}

#[tokio::test]
async fn a_permission_of_another_app_s_property_allows_nothing_here() {
    let database = crate::harness::database().await;
    let json = r#"[{"model": "auth.user", "fields": {"username": "kay", "password": "!", "is_staff": true,
        "user_permissions": [["change_property", "inventory", "property"], ["view_property", "properties", "property"]]}}]"#;
    loading(&database, json, strict()).await.expect("loaded");
    let looks = "SELECT count(*) FROM site_user WHERE username = 'kay' AND permissions = '{view}'";
    assert_eq!(number(&database, looks).await, 1);
}

#[tokio::test]
async fn a_file_that_is_broken_or_would_leave_nobody_in_charge_loads_nothing() {
    let database = crate::harness::database().await;
    let good = r#"{"model": "properties.property", "fields": {"title": "T", "description": "D", "price": "1", "location": "L"}}"#;
    let demotion = r#"{"model": "auth.user", "fields": {"username": "ada", "password": "!", "is_staff": true}}"#;
    for text in
        [format!("[{good}"), format!("[{good} {good}]"), format!("[{good}]]"), "[".to_owned()]
    {
        for options in [strict(), skipping()] {
            let loaded = loading(&database, &text, options).await;
            assert!(matches!(loaded, Err(LoadError::Invalid(_))), "{text}: {loaded:?}");
        }
    }
    let loaded = loading(&database, &format!("[{good}, {demotion}]"), skipping()).await;
    assert!(matches!(loaded, Err(LoadError::NoActiveSuperuser)), "{loaded:?}");
    assert_eq!(number(&database, "SELECT count(*) FROM property").await, 0);
    let in_charge = "SELECT count(*) FROM site_user WHERE username = 'ada' AND is_superuser";
    assert_eq!(number(&database, in_charge).await, 1);
}

#[tokio::test]
async fn a_hash_that_would_keep_the_site_busy_is_not_tried() {
    let app = spawn_app().await;
    let text = r#"[{"model": "auth.user", "fields": {"username": "kay", "is_staff": true,
        "password": "pbkdf2_sha256$4000000000$salt$DO6fSwPdYHEzE9mBlf/gs0feQ79alnnw3QslatKtlSs="}}]"#;
    let report = loading(&app.pool(), text, strict()).await.expect("loaded");
    assert!(
        report.notes.iter().any(|note| note.contains("“kay” can't log in")),
        "{:?}",
        report.notes
    );
    let started = crate::harness::Stopwatch::start();
    assert_eq!(enters(&app, "kay", "anything").await, 422);
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_file_of_accounts_is_loaded_by_the_command_and_by_nothing_that_staff_send() {
    let plan = Plan::new().await;
    assert!(Shell::of(&plan).run_with(&["loaddata", "-"], DUMP).done().contains("Installed 11"));
    let (app, staff) = spawn_staffed(0).await;
    let token = staff.csrf_token().await;
    let boundary = "xxBOUNDARYxx";
    staff.send(staff
        .request(reqwest::Method::POST, "/admin/properties/import/")
        .header("content-type", format!("multipart/form-data; boundary={boundary}"))
        .body(format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n{token}\r\n--{boundary}\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"dump.json\"\r\n\
         Content-Type: application/json\r\n\r\n{DUMP}\r\n--{boundary}--\r\n"
    ))).await.hides(["grace@navy"]);
    assert_eq!(app.sql("SELECT count(*) FROM site_user").await, "4");
}
