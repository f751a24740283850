//! Adding, changing, resetting and deleting accounts.

use super::{NEW, add, change, fields, id, of};
use crate::harness::{PASSWORD, Shows as _, listing, spawn_staffed, spawn_two};

const STAFF: [(&str, &str); 2] = [("is_active", "1"), ("is_staff", "1")];

#[tokio::test]
async fn an_account_that_is_added_logs_in_and_does_what_it_may() {
    let (app, ada) = spawn_staffed(0).await;
    let page = add(&ada, "grace", &["view", "add"]).await.assert_status(303);
    assert_eq!(page.header("location"), "/admin/users/");
    let list = ada.get("/admin/users/?q=GRACE").await.assert_status(200);
    list.shows(["1 user found", "view, add", "“grace” was added"]);
    let grace = app.stranger();
    grace.try_log_in("grace", NEW, "").await.assert_status(303);
    grace.get("/admin/properties/").await.assert_status(200);
    grace.get("/admin/properties/add/").await.assert_status(200);
    grace.get("/admin/users/").await.assert_status(403);
}

#[tokio::test]
async fn a_refused_form_names_what_is_wrong_and_keeps_what_was_typed_but_for_passwords() {
    let (app, ada) = spawn_staffed(0).await;
    let form = fields(&[
        ("username", "b@d name!"),
        ("email", "nope"),
        ("password1", "1234"),
        ("password2", "12345"),
        ("is_superuser", "1"),
        ("permissions", "delete"),
        ("permissions", "root"),
    ]);
    let page = ada.submit("/admin/users/add/", &form).await.assert_status(422);
    page.holds([("username", "b@d name!"), ("email", "nope")]);
    for field in ["username", "email", "password1", "password2", "is_staff"] {
        assert!(page.has(&format!("id=\"{field}-error\"")), "{field}: {page:?}");
    }
    page.shows(["value=\"delete\" checked"]).hides(["root"]);
    assert!(!page.has("1234"), "a password is shown");
    for similar in ["grace.hopper", "Gracehopper1", "hopper@navy"] {
        let form = fields(&[
            ("username", "gracehopper"),
            ("email", "hopper@navy.example"),
            ("password1", similar),
            ("password2", similar),
        ]);
        let page = ada.submit("/admin/users/add/", &form).await.assert_status(422);
        assert!(page.has("too similar"), "{similar}: {page:?}");
    }
    assert_eq!(app.sql("SELECT count(*) FROM site_user").await, "4");
}

#[tokio::test]
async fn a_change_is_recorded_with_who_and_what_and_never_a_password() {
    let (app, ada) = spawn_staffed(0).await;
    add(&ada, "grace", &["view"]).await.assert_status(303);
    let id = id(&app, "grace").await;
    let ticked = [
        ("email", "g@navy.example"),
        ("is_staff", "1"),
        ("permissions", "add"),
        ("is_active", "1"),
    ];
    change(&app, &ada, "grace", &ticked).await.assert_status(303);
    let password = [("password1", "lunar module pilot"), ("password2", "lunar module pilot")];
    let path = of(&app, "grace", "password").await;
    ada.submit(&path, &password).await.assert_status(303);
    app.sql("UPDATE site_user SET is_superuser = true WHERE username = 'grace'").await;
    ada.press(&of(&app, "grace", "delete").await).await.assert_status(303);
    ada.get(&format!("/admin/users/{id}/history/")).await.assert_status(200).shows([
        "This user has been deleted",
        "<strong><bdi>ada</bdi></strong> added",
        "<strong><bdi>ada</bdi></strong> changed",
        "<strong><bdi>ada</bdi></strong> deleted",
        "<bdi>database user property_listings</bdi>",
        "somebody@homes.example",
        "g@navy.example",
        "Password replaced",
        "Permissions: <bdi>view</bdi>",
    ]);
    ada.get("/admin/users/history/").await.assert_status(200).shows(["grace", "database user"]);
    let log = app.sql("SELECT string_agg(account_event::text, '') FROM account_event").await;
    assert!(!log.contains("argon2") && !log.contains("lunar") && !log.contains(NEW), "{log}");
    let logins = "SELECT count(*) FROM account_event WHERE changes::text LIKE '%last_login%'";
    assert_eq!(app.sql(logins).await, "0");
}

#[tokio::test]
async fn of_two_who_change_an_account_the_second_is_told_and_loses_nothing() {
    let (app, ada) = spawn_staffed(0).await;
    let path = of(&app, "sam", "change").await;
    let first = ada.get(&path).await.assert_status(200);
    let version = first.field("version");
    change(
        &app,
        &ada,
        "sam",
        &[("email", "one@homes.example"), ("is_active", "1"), ("is_staff", "1")],
    )
    .await
    .assert_status(303);
    let mut form =
        fields(&[("username", "sam"), ("email", "two@homes.example"), ("version", &version)]);
    form.extend(fields(&STAFF));
    let page = ada.submit(&path, &form).await.assert_status(409);
    assert_eq!(page.field("email"), "two@homes.example");
    let email = "SELECT email FROM site_user WHERE username = 'sam'";
    assert_eq!(app.sql(email).await, "one@homes.example");
    form[2].1 = page.field("version");
    ada.submit(&path, &form).await.assert_status(303);
    assert_eq!(app.sql(email).await, "two@homes.example");
}

#[tokio::test]
async fn a_password_that_a_superuser_sets_counts_and_ends_that_users_sessions_only() {
    let (app, ada, sam) = spawn_two(0).await;
    sam.get("/admin/").await.assert_status(200);
    let path = of(&app, "sam", "password").await;
    for weak in ["shrt1", "12345678901", "password123"] {
        let form = fields(&[("password1", weak), ("password2", weak)]);
        let page = ada.submit(&path, &form).await.assert_status(422);
        assert!(!page.has(weak), "a password is shown");
    }
    let form = fields(&[("password1", NEW), ("password2", "another one")]);
    ada.submit(&path, &form).await.assert_status(422);
    sam.get("/admin/").await.assert_status(200);
    let form = fields(&[("password1", NEW), ("password2", NEW)]);
    ada.submit(&path, &form).await.assert_status(303);
    sam.get("/admin/").await.assert_status(302);
    ada.get("/admin/").await.assert_status(200);
    app.stranger().try_log_in("sam", PASSWORD, "").await.assert_status(422);
    app.stranger().try_log_in("sam", NEW, "").await.assert_status(303);
    // Users change their own password with the old one.
    let own = of(&app, "ada", "password").await;
    let page = ada.submit(&own, &form).await.assert_status(303);
    assert_eq!(page.header("location"), "/admin/password_change/");
    app.stranger().try_log_in("ada", PASSWORD, "").await.assert_status(303);
}

#[tokio::test]
async fn an_account_that_is_closed_has_no_sessions_and_gets_none_back() {
    let (app, ada) = spawn_staffed(0).await;
    for closed in [[("is_staff", "1")], [("is_active", "1")]] {
        let sam = app.staff_named("sam").await;
        sam.get("/admin/").await.assert_status(200);
        change(&app, &ada, "sam", &closed).await.assert_status(303);
        let sessions = "SELECT count(*) FROM session s JOIN site_user u ON u.id = s.user_id WHERE username = 'sam'";
        assert_eq!(app.sql(sessions).await, "0");
        change(&app, &ada, "sam", &STAFF).await.assert_status(303);
        sam.get("/admin/").await.assert_status(302);
    }
}

#[tokio::test]
async fn a_deleted_account_is_out_and_its_name_stays_in_histories() {
    let (app, ada, sam) = spawn_two(1).await;
    sam.edit_listing(1, &listing("Renamed", "1", "Leith")).await;
    let path = of(&app, "sam", "delete").await;
    ada.get(&path).await.assert_status(200).shows(["Delete the user “<bdi>sam</bdi>”?"]);
    ada.press(&path).await.assert_status(303);
    sam.get("/admin/").await.assert_status(302);
    app.stranger().try_log_in("sam", PASSWORD, "").await.assert_status(422);
    ada.get("/admin/properties/1/history/").await.shows(["sam"]);
    ada.get(&path).await.assert_status(404);
    ada.press(&path).await.assert_status(404);
}

#[tokio::test]
async fn the_list_is_searched_and_filtered_and_says_what_it_does_not_understand() {
    let (app, ada) = spawn_staffed(0).await;
    for (query, names) in [
        ("", "ada ina sam vic"),
        ("?q=A", "ada ina sam"),
        ("?q=homes.example", "ada"),
        ("?q=%25", ""),
        ("?role=superuser", "ada"),
        ("?role=staff&active=yes", "sam"),
        ("?role=other", "vic"),
        ("?active=no", "ina"),
    ] {
        let page = ada.get(&format!("/admin/users/{query}")).await.assert_status(200);
        let found: Vec<_> = ["ada", "ina", "sam", "vic"]
            .into_iter()
            .filter(|name| page.has(&format!("<bdi>{name}</bdi></a>")))
            .collect();
        assert_eq!(found.join(" "), names, "{query}");
    }
    for query in ["?role=god", "?active=maybe", "?page=0", "?page=x"] {
        ada.get(&format!("/admin/users/{query}")).await.assert_status(400);
    }
    app.sql("INSERT INTO site_user (username, password_hash) SELECT 'user' || n, '!' FROM generate_series(1, 120) AS n")
        .await;
    for asked in [3, 9] {
        let page = ada.get(&format!("/admin/users/?page={asked}")).await.assert_status(200);
        page.shows(["124 users</h1>", "Page 3 of 3"]);
    }
    ada.get("/admin/users/?page=9&q=nobody%20at%20all").await.shows(["0 users found"]);
}

#[tokio::test]
async fn markup_in_what_is_typed_is_text_wherever_it_is_shown() {
    let (app, ada) = spawn_staffed(0).await;
    let evil = "\"'><script>alert(1)</script>@x";
    let ticked = [("email", evil), ("is_active", "1"), ("is_staff", "1")];
    change(&app, &ada, "sam", &ticked).await.assert_status(303);
    let stranger = app.stranger();
    stranger.try_log_in(evil, "wrong password", "").await.assert_status(422);
    stranger.get_with("/admin/login/", &[("user-agent", evil)]).await.assert_status(200);
    app.sql(&format!("UPDATE session SET user_agent = '{}'", evil.replace('\'', "''"))).await;
    for path in [
        "/admin/users/".to_owned(),
        "/admin/users/history/".to_owned(),
        "/admin/logins/".to_owned(),
        "/admin/sessions/".to_owned(),
        "/admin/logins/?username=%22%3E%3Cscript%3E".to_owned(),
        "/admin/users/?q=%22%3E%3Cscript%3E".to_owned(),
        of(&app, "sam", "change").await,
        of(&app, "sam", "history").await,
        of(&app, "sam", "delete").await,
    ] {
        ada.get(&path).await.assert_status(200).hides(["<script>alert", "\"><script"]);
    }
}
