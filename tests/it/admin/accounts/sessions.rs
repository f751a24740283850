//! The lists of sessions, and what ends them.

use super::{id, of};
use crate::harness::{App, Browser, PASSWORD, Plan, Shows as _, spawn_app, spawn_two, until};

/// A session that began in a browser with this name.
async fn logged_in_with(app: &App, username: &str, agent: &str) -> Browser {
    let browser = app.stranger();
    let form = browser.get("/admin/login/").await;
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("csrf_token", &*form.field("csrf_token")),
            ("username", username),
            ("password", PASSWORD),
        ])
        .finish();
    let request = browser
        .request(reqwest::Method::POST, "/admin/login/")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("user-agent", agent)
        .body(body);
    browser.send(request).await.assert_status(303);
    browser
}

const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn names(app: &App) -> String {
    app.sql("SELECT string_agg(name, ' ' ORDER BY begun_at) FROM session").await
}

#[tokio::test]
async fn ones_sessions_are_listed_with_browser_and_address_and_the_current_one_is_marked() {
    let app = spawn_app().await;
    let here = logged_in_with(&app, "sam", "curl/8.14.1").await;
    let _there = logged_in_with(&app, "sam", FIREFOX).await;
    let _ada = app.staff().await;
    let page = here.get("/admin/sessions/").await.assert_status(200);
    page.shows([
        "Firefox 140 on Windows",
        "curl/8.14.1",
        "127.0.0.1",
        "This session",
        "Your latest logins",
        "Logged in",
    ]);
    assert_eq!(page.text().matches("name=\"end\"").count(), 1, "{page:?}");
    page.hides(["ada"]);
    let (_, marked) = page.text().split_once("curl/8.14.1").expect("listed");
    assert!(marked.contains("This session"), "{page:?}");
    let hashes = app.sql("SELECT string_agg(encode(key_hash, 'hex'), ' ') FROM session").await;
    for hash in hashes.split(' ') {
        assert!(!page.has(hash), "a key's hash is shown");
    }
}

#[tokio::test]
async fn a_session_that_is_ended_is_out_at_once_on_every_instance() {
    let app = spawn_app().await;
    let other = app.another().start().await;
    let (here, there) = (app.staff_named("sam").await, app.staff_named("sam").await);
    let elsewhere = there.at(&other.origin);
    elsewhere.get("/admin/").await.assert_status(200);
    let page = here.get("/admin/sessions/").await;
    let name = page.text().split_once("name=\"end\" value=\"").expect("a button").1;
    let name = name.split('"').next().expect("a value").to_owned();
    here.submit("/admin/sessions/", &[("end", &name)]).await.assert_status(303);
    elsewhere.get("/admin/").await.assert_status(302);
    there.get("/admin/").await.assert_status(302);
    here.get("/admin/").await.assert_status(200);
}

#[tokio::test]
async fn all_other_sessions_end_together_and_nobody_elses() {
    let app = spawn_app().await;
    let here = app.staff_named("sam").await;
    let others = [app.staff_named("sam").await, app.staff_named("sam").await];
    let ada = app.staff().await;
    here.submit("/admin/sessions/", &[("end_all", "1")]).await.assert_status(303);
    assert!(here.get("/admin/sessions/").await.has("2 sessions were ended"));
    for other in others {
        other.get("/admin/").await.assert_status(302);
    }
    ada.get("/admin/").await.assert_status(200);
    // Another user's session can't be ended by its name.
    let name = names(&app).await.split(' ').next_back().expect("ada's").to_owned();
    here.submit("/admin/sessions/", &[("end", &name)]).await.assert_status(303);
    ada.get("/admin/").await.assert_status(200);
}

#[tokio::test]
async fn a_superuser_ends_the_sessions_of_another_and_that_is_recorded() {
    let (app, ada, sam) = spawn_two(0).await;
    let again = app.staff_named("sam").await;
    let path = of(&app, "sam", "sessions").await;
    ada.get(&path).await.assert_status(200).shows(["End all sessions"]).hides(["This session"]);
    ada.submit(&path, &[("end_all", "1")]).await.assert_status(303);
    for browser in [sam, again] {
        browser.get("/admin/").await.assert_status(302);
    }
    assert!(ada.get(&path).await.has("No active sessions"));
    let history = ada.get(&of(&app, "sam", "history").await).await;
    history.shows(["ended sessions of"]);
    ada.get("/admin/").await.assert_status(200);
}

#[tokio::test]
async fn a_session_that_was_ended_while_redis_was_gone_stays_ended_when_it_returns() {
    let (redis, app) = Plan::with_homes(1).await.behind_redis().await;
    // Another instance, whose Redis is never lost, has the session there.
    let other =
        app.another().set("REDIS_URL", crate::harness::shared().redis.clone()).start().await;
    let (ada, sam) = (app.staff().await, app.staff_named("sam").await);
    sam.at(&other.origin).get("/admin/").await.assert_status(200);
    redis.cut();
    let path = of(&app, "sam", "sessions").await;
    ada.submit(&path, &[("end_all", "1")]).await.assert_status(303);
    sam.get("/admin/").await.assert_status(302);
    sam.at(&other.origin).get("/admin/").await.assert_status(302);
    redis.restore();
    until("pages are hits again", async || {
        sam.get("/admin/").await.assert_status(302);
        app.get("/properties/").await.is_hit()
    })
    .await;
    sam.get("/admin/").await.assert_status(302);
}

#[tokio::test]
async fn that_a_session_is_used_is_written_once_a_minute() {
    let app = spawn_app().await;
    let sam = app.staff_named("sam").await;
    let seen = "SELECT seen_at = begun_at FROM session";
    for _ in 0..3 {
        sam.get("/admin/").await.assert_status(200);
    }
    assert_eq!(app.sql(seen).await, "t");
    let earlier = "UPDATE session SET begun_at = now() - interval '2 hours', seen_at = now() - interval '61 seconds'";
    app.sql(earlier).await;
    sam.get("/admin/").await.assert_status(200);
    let fresh = "SELECT seen_at > now() - interval '30 seconds' FROM session";
    assert_eq!(app.sql(fresh).await, "t");
    // A transaction that holds the row does not block users of the session.
    app.sql(earlier).await;
    let psql = app.database.psql().await;
    psql.batch_execute("BEGIN; SELECT FROM session FOR UPDATE").await.expect("held");
    sam.get("/admin/").await.assert_status(200);
    psql.batch_execute("COMMIT").await.expect("let go");
    assert_eq!(app.sql(fresh).await, "f");
}

#[tokio::test]
async fn a_copy_of_a_session_outlasts_the_filling_in_of_a_form() {
    let app = spawn_app().await;
    app.staff_named("sam").await.get("/admin/").await.assert_status(200);
    // Entries with a shorter lifetime also carry the site's tag.
    app.get("/properties/").await;
    let redis = app.redis().await;
    let copies = app.keys("session").await;
    assert_eq!(copies.len(), 1, "{copies:?}");
    let copy: i64 = redis.run(&["TTL", &copies[0]]).await;
    assert!(copy > 8 * 60 * 60, "{copy}");
    let tag = copies[0].replace(":session:", ":gen:session:");
    // All releases share the generations.
    let tag = tag.split('#').next().unwrap_or(&tag).to_owned();
    for key in [tag, format!("{}:gen:site", app.prefix)] {
        let generation: i64 = redis.run(&["TTL", &key]).await;
        assert!(generation > copy, "{key}: {generation}");
    }
}

#[tokio::test]
async fn a_session_without_its_row_or_with_anothers_is_nobodys() {
    let (app, ada, sam) = spawn_two(0).await;
    sam.get("/admin/").await.assert_status(200);
    let take = format!(
        "UPDATE session SET user_id = {} WHERE user_id = {}",
        id(&app, "ada").await,
        id(&app, "sam").await
    );
    app.sql(&take).await;
    sam.get("/admin/").await.assert_status(302);
    ada.get("/admin/").await.assert_status(200);
    app.sql("UPDATE session SET expires_at = now()").await;
    ada.get("/admin/").await.assert_status(302);
}

#[tokio::test]
async fn a_session_name_that_can_not_be_one_ends_nothing() {
    let (app, ada, sam) = spawn_two(0).await;
    let of_sam = of(&app, "sam", "sessions").await;
    let (nul, unknown, long) = ("x".repeat(20) + "\0", "x".repeat(43), "x".repeat(10_000));
    for name in ["a\0b", &*nul, "", "é", "' OR 1=1 --", &*unknown, &*long] {
        for (path, said) in [
            ("/admin/sessions/", "There were no other sessions to end."),
            (&*of_sam, "There were no sessions to end."),
        ] {
            ada.submit(path, &[("end", name)]).await.assert_status(303);
            assert!(ada.get(path).await.has(said), "{name:?} {path}");
        }
    }
    ada.get("/admin/").await.assert_status(200);
    sam.get("/admin/").await.assert_status(200);
}
