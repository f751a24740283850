//! `createsuperuser`, `changepassword` and `clearsessions` while a site runs.

use crate::harness::{PASSWORD, Shell, Shows as _, spawn_app, spawn_staffed};

const NEW: &str = "yet another battery";

fn create(name: &str) -> [&str; 6] {
    ["createsuperuser", "--noinput", "--username", name, "--email", "eve@homes.example"]
}

#[tokio::test]
async fn a_new_superuser_can_log_in_at_once() {
    let app = spawn_app().await;
    app.stranger().try_log_in("eve", NEW, "").await.assert_status(422);
    let shell = Shell::beside(&app).set("SUPERUSER_PASSWORD", NEW);
    let said = shell.run(&create("eve"));
    assert!(!said.err.contains(NEW) && !said.out.contains(NEW), "{said:?}");
    said.done();
    app.stranger().try_log_in("eve", NEW, "").await.assert_status(303);
    let sql = "SELECT email || is_superuser || is_staff FROM site_user WHERE username = 'eve'";
    assert_eq!(app.sql(sql).await, "eve@homes.exampletruetrue");
}

#[tokio::test]
async fn a_superuser_that_can_not_be_created_says_why_and_a_weak_password_is_warned_of() {
    let app = spawn_app().await;
    let shell = Shell::beside(&app);
    let err = shell.run(&create("eve")).failed(2);
    assert!(err.contains("SUPERUSER_PASSWORD"), "{err}");
    let err = shell.run(&["createsuperuser", "--noinput"]).failed(2);
    err.shows(["--username", "SUPERUSER_USERNAME"]);
    let wrong = Shell::beside(&app).set("SUPERUSER_USERNAME", "e v e");
    let err = wrong.run(&["createsuperuser", "--noinput"]).failed(2);
    assert!(err.starts_with("error: SUPERUSER_USERNAME: ") && err.contains("e v e"), "{err}");
    // Without a terminal, the command can't ask.
    let err = shell.run(&["createsuperuser"]).failed(2);
    assert!(err.contains("--noinput"), "{err}");
    let shell = shell.set("SUPERUSER_PASSWORD", NEW);
    assert_eq!(shell.run(&create("ada")).failed(1), "error: That username is already taken.\n");
    let err = shell.run(&create("e v e")).failed(2);
    assert!(err.contains("e v e"), "{err}");
    assert_eq!(app.sql("SELECT count(*) FROM site_user").await, "4");
    // A weak password is accepted, with a warning.
    let shell = Shell::beside(&app).set("SUPERUSER_PASSWORD", "12345");
    let said = shell.run(&create("eve"));
    assert!(said.err.contains("too short"), "{said:?}");
    said.done();
}

#[tokio::test]
async fn a_script_may_give_every_answer_by_variables() {
    let app = spawn_app().await;
    let shell = Shell::beside(&app)
        .set("SUPERUSER_PASSWORD", NEW)
        .set("SUPERUSER_USERNAME", "eve")
        .set("SUPERUSER_EMAIL", "eve@homes.example");
    let said = shell.run(&["createsuperuser", "--no-input"]).done();
    assert_eq!(said, "Superuser created successfully.\n");
    let email = "SELECT email FROM site_user WHERE username = 'eve'";
    assert_eq!(app.sql(email).await, "eve@homes.example");
    let shell = shell.set("SUPERUSER_USERNAME", "eva").set("SUPERUSER_EMAIL", "eva");
    let err = shell.run(&["createsuperuser", "--noinput"]).failed(2);
    assert_eq!(err, "error: SUPERUSER_EMAIL “eva”: Enter a valid email address.\n");
}

#[tokio::test]
async fn a_changed_password_ends_the_sessions_of_a_running_site() {
    let (app, browser) = spawn_staffed(0).await;
    browser.get("/admin/").await.assert_status(200);
    let shell = Shell::beside(&app).set("SUPERUSER_PASSWORD", NEW);
    shell.run(&["changepassword", "ada"]).done();
    browser.get("/admin/").await.assert_status(302);
    for (password, status) in [(PASSWORD, 422), (NEW, 303)] {
        app.stranger().try_log_in("ada", password, "").await.assert_status(status);
    }
    let err = shell.run(&["changepassword", "nobody"]).failed(1);
    assert!(err.contains("nobody"), "{err}");
}

#[tokio::test]
async fn expired_sessions_are_cleared_and_others_stay() {
    let (app, browser) = spawn_staffed(0).await;
    app.staff_named("sam").await;
    let expire = "UPDATE session SET expires_at = now() - interval '1 second'
        WHERE user_id = (SELECT id FROM site_user WHERE username = 'sam')";
    app.sql(expire).await;
    let old = "INSERT INTO import_upload (user_id, file_name, content, expires_at)
        SELECT id, 'old.csv', '', now() FROM site_user WHERE username = 'sam'";
    app.sql(old).await;
    let said = Shell::beside(&app).run(&["clearsessions"]).done();
    assert!(said.contains("Removed 1 expired session(s)"), "{said}");
    assert_eq!(app.sql("SELECT count(*) FROM session").await, "1");
    assert_eq!(app.sql("SELECT count(*) FROM import_upload").await, "0");
    browser.get("/admin/").await.assert_status(200);
}

#[tokio::test]
async fn what_commands_do_to_accounts_is_recorded_as_theirs() {
    let app = spawn_app().await;
    let shell = Shell::beside(&app).set("SUPERUSER_PASSWORD", NEW);
    shell.run(&create("eve")).done();
    shell.run(&["changepassword", "eve"]).done();
    let log = "SELECT string_agg(actor || ' ' || kind, ', ' ORDER BY id) FROM account_event WHERE username = 'eve'";
    assert_eq!(app.sql(log).await, "command createsuperuser added, command changepassword changed");
}
