//! How a session begins and ends.

use crate::harness::{App, Browser, PASSWORD, Plan, Shows as _, spawn_app, spawn_staffed, until};

async fn is_out(browser: &Browser) {
    browser.get("/admin/").await.assert_status(302);
}

/// Sends a cookie that the site did not set; returns the status.
async fn get_with_cookie(app: &App, cookie: &str) -> u16 {
    app.stranger().get_with("/admin/", &[("cookie", cookie)]).await.status
}

#[tokio::test]
async fn over_https_cookies_are_sent_over_https_alone() {
    let app = Plan::new().await.set("SITE_URL", "https://homes.example").start().await;
    let form = app.get("/admin/login/").await;
    let cookies = form.all("set-cookie");
    assert!(!cookies.is_empty() && cookies.iter().all(|cookie| cookie.contains("Secure")));
    let (_, token) = cookies[0].split_once('=').expect("a cookie");
    let token = token.split(';').next().unwrap_or_default();
    let body = format!("csrf_token={token}&username=ada&password={}", PASSWORD.replace(' ', "+"));
    let request = app.reader.request(reqwest::Method::POST, "/admin/login/");
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", format!("login_token={token}"))
        .body(body);
    let page = app.reader.send(request).await.assert_status(303);
    assert!(page.header("set-cookie").contains("Secure"), "{page:?}");
}

#[tokio::test]
async fn a_key_that_somebody_planted_is_not_taken_over() {
    let app = spawn_app().await;
    let attacker = app.staff_named("sam").await;
    let planted = attacker.cookies();
    let victim = app.stranger();
    let form = victim.get("/admin/login/").await;
    let token = form.field("csrf_token");
    let request = victim
        .request(reqwest::Method::POST, "/admin/login/")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", format!("{planted}; login_token={token}"))
        .body(format!("csrf_token={token}&username=ada&password={}", PASSWORD.replace(' ', "+")));
    let page = victim.send(request).await.assert_status(303);
    assert!(page.header("set-cookie").contains("sessionid="));
    assert!(!attacker.get("/admin/").await.has("ada"), "the attacker is logged in as the victim");
}

#[tokio::test]
async fn a_logout_ends_the_session_a_login_begins_another_and_a_forged_cookie_is_nobody() {
    let (app, browser) = spawn_staffed(0).await;
    let cookie = browser.cookies();
    let page = browser.log_out().await.assert_status(303);
    assert_eq!(page.header("location"), "/admin/login/?done=logout");
    is_out(&browser).await;
    assert_eq!(get_with_cookie(&app, &cookie).await, 302);
    assert_eq!(app.sql("SELECT count(*) FROM session").await, "0");
    // A login begins a session with a new key.
    browser.log_in("ada").await;
    assert_ne!(browser.cookies(), cookie);
    assert_eq!(get_with_cookie(&app, &cookie).await, 302);
    // A forged or changed cookie belongs to no user.
    let cookie = browser.cookies();
    let mut changed = cookie.clone().into_bytes();
    let last = changed.len() - 1;
    changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("ASCII");
    for forged in ["sessionid=x", "sessionid=", "sessionid=..%2F", &changed] {
        assert_eq!(get_with_cookie(&app, forged).await, 302, "{forged}");
    }
    let other = app.another().set("SECRET_KEY", "another-key-".repeat(4)).start().await;
    assert_eq!(get_with_cookie(&other, &cookie).await, 302);
    // The loss of Redis ends no session.
    let redis = app.redis().await;
    for key in redis.keys(&app.prefix).await {
        redis.run::<i64>(&["DEL", &key]).await;
    }
    browser.get("/admin/").await.assert_status(200);
}

#[tokio::test]
async fn a_logout_while_redis_is_gone_holds_when_it_returns() {
    let (redis, app) = Plan::with_homes(1).await.behind_redis().await;
    let browser = app.staff().await;
    let cookie = browser.cookies();
    browser.get("/admin/").await.assert_status(200);
    redis.cut();
    browser.log_out().await.assert_status(303);
    assert_eq!(get_with_cookie(&app, &cookie).await, 302);
    redis.restore();
    until("pages are hits again", async || {
        assert_eq!(get_with_cookie(&app, &cookie).await, 302, "logged in again");
        app.get("/properties/").await.is_hit()
    })
    .await;
    assert_eq!(get_with_cookie(&app, &cookie).await, 302);
}

#[tokio::test]
async fn an_account_that_is_closed_is_out_at_once() {
    let app = spawn_app().await;
    for sql in [
        "UPDATE site_user SET is_active = false WHERE username = 'sam'",
        "UPDATE site_user SET is_active = true, is_staff = false WHERE username = 'sam'",
        "DELETE FROM site_user WHERE username = 'sam'",
    ] {
        app.sql("UPDATE site_user SET is_active = true, is_staff = true WHERE username = 'sam'")
            .await;
        let browser = app.staff_named("sam").await;
        browser.get("/admin/").await.assert_status(200);
        app.sql(sql).await;
        is_out(&browser).await;
    }
}

#[tokio::test]
async fn a_session_is_out_of_reach_for_scripts_other_sites_and_readers_of_tables_and_keys() {
    let (app, browser) = spawn_staffed(0).await;
    browser.get("/admin/").await.assert_status(200);
    let cookie = browser.cookies();
    let (_, key) = cookie.rsplit_once("sessionid=").expect("a session");
    let secret = &key[key.len() - 43..];
    let kept = app.sql("SELECT encode(key_hash, 'escape') || state FROM session").await;
    assert!(!kept.contains(secret), "{kept}");
    let keys = app.redis().await.keys(&app.prefix).await.join(" ");
    assert!(!keys.contains(secret), "{keys}");
    // Scripts and other sites can't read or send the cookie.
    let page = app.stranger().try_log_in("ada", PASSWORD, "").await;
    let cookies = page.all("set-cookie");
    let cookie = cookies.iter().find(|cookie| cookie.starts_with("sessionid="));
    let cookie = cookie.expect("a session's cookie");
    cookie.shows(["HttpOnly", "SameSite=Lax", "Path=/"]).hides(["Secure"]);
}
