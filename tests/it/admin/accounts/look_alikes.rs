//! Names that look alike, wherever accounts get names.

use super::{add, of};
use crate::harness::{PASSWORD, Shell, Shows as _, Terminal, spawn_app, spawn_staffed, statuses};

/// Each looks like “sam”, who has an account.
const LIKE_SAM: [&str; 7] = ["sam", " sam ", "ѕam", "sаm", "SAM", "ｓａｍ", "Ѕаm"];
/// Each has an invisible character.
const UNSEEN: [(&str, &str); 4] = [
    ("sam\u{3164}", "U+3164"),
    ("s\u{200B}am", "U+200B"),
    ("sam\u{FFA0}x", "U+FFA0"),
    ("s\u{202E}am", "U+202E"),
];

#[tokio::test]
async fn an_account_can_not_be_given_a_name_that_looks_like_another() {
    let (app, ada) = spawn_staffed(0).await;
    add(&ada, "grace", &[]).await.assert_status(303);
    let path = of(&app, "grace", "change").await;
    for name in LIKE_SAM {
        let page = add(&ada, name, &[]).await.assert_status(422);
        assert!(page.has("already exists"), "{name}: {page:?}");
        let form = [("username", name), ("is_active", "1"), ("is_staff", "1")];
        let page = ada.submit(&path, &form).await.assert_status(422);
        assert!(page.has("already exists"), "{name}: {page:?}");
    }
    let page = add(&ada, "sаm", &[]).await;
    page.shows(["“sаm” looks like “sam”"]);
    for (name, code) in UNSEEN {
        let page = add(&ada, name, &[]).await.assert_status(422);
        assert!(page.has(code), "{name:?}: {page:?}");
    }
    assert_eq!(app.sql("SELECT count(*) FROM site_user").await, "5");
    // A user may change the case of their own name.
    let own = [("username", "Grace"), ("is_active", "1"), ("is_staff", "1")];
    ada.submit(&path, &own).await.assert_status(303);
    // Other names with the same letters are allowed, in any script.
    for name in ["samira", "самир", "家"] {
        add(&ada, name, &[]).await.assert_status(303);
    }
}

#[tokio::test]
async fn two_at_once_do_not_get_the_same_name_or_names_that_look_alike() {
    let (app, ada) = spawn_staffed(0).await;
    let other = app.staff().await;
    for [name, alike] in [["grace", "Grace"], ["clara", "сlara"]] {
        let (one, two) = tokio::join!(add(&ada, name, &[]), add(&other, alike, &[]));
        assert_eq!(statuses([&one, &two]), [303, 422], "{name} {alike}");
    }
}

#[tokio::test]
async fn the_command_refuses_such_a_name_and_asks_for_another() {
    let app = spawn_app().await;
    let shell = Shell::beside(&app).set("SUPERUSER_PASSWORD", PASSWORD);
    for name in ["аda", "ADA", "adа"] {
        let err = shell.run(&["createsuperuser", "--noinput", "--username", name]);
        err.failed(1).shows([format!("“{name}” looks like “ada”")]);
    }
    let err = shell.run(&["createsuperuser", "--noinput", "--username", "ada\u{3164}"]);
    assert!(err.failed(2).contains("U+3164"));
    let shell = Shell::beside(&app);
    let mut terminal = Terminal::run(&shell, &["createsuperuser", "--username", "аda"]);
    terminal.sees("a username that already exists");
    terminal.sees("Username");
}

#[tokio::test]
async fn a_file_of_django_brings_no_such_name() {
    let app = spawn_app().await;
    let shell = Shell::beside(&app);
    let user = |name: &str| {
        format!(
            r#"{{"model": "auth.user", "fields": {{"username": "{name}", "password": "!", "is_staff": true}}}}"#
        )
    };
    let names = ["clara", "sаm", "kay", "сlara", "ＳＡＭ", "ｓａｍ", "sam"];
    let objects: Vec<_> = names.iter().map(|name| user(name)).collect();
    let file = shell.file("dump.json", &format!("[{}]", objects.join(",\n")));
    let err = shell.run(&["loaddata", &file]).failed(1);
    // Equal errors are told once, with all their lines.
    for part in ["dump.json:2: username:", "“sаm” looks like “sam”", "(4 times: lines 2, 4, 5, 6)"]
    {
        assert!(err.contains(part), "{part}: {err}");
    }
    assert_eq!(app.sql("SELECT count(*) FROM site_user").await, "4");
    shell.run(&["loaddata", "--skip-invalid", &file]);
    let new =
        "SELECT string_agg(username, ' ' ORDER BY id) FROM site_user WHERE username NOT IN ('ada')";
    let new = app.sql(new).await;
    assert!(new.ends_with("clara kay"), "{new}");
}
