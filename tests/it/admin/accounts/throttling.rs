//! How often a client may try to log in.

use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use property_listings::services::{Login, Visitor};

use crate::harness::{App, PASSWORD, Plan, spawn_app, spawn_homes, until};

async fn fail(app: &App, name: &str, times: u32) {
    for _ in 0..times {
        app.stranger().try_log_in(name, "wrong password", "").await.assert_status(422);
    }
}

async fn from_elsewhere(app: &App) {
    app.sql("UPDATE login_failure SET address = 'elsewhere', subject = replace(subject, 'address:', 'address:elsewhere')")
        .await;
}

#[tokio::test]
async fn a_login_of_ones_own_gives_no_more_guesses_at_others() {
    let app = spawn_app().await;
    fail(&app, "ada", 2).await;
    fail(&app, "nobody", 2).await;
    for _ in 0..3 {
        app.stranger().try_log_in("sam", PASSWORD, "").await.assert_status(303);
    }
    fail(&app, "ina", 1).await;
    app.stranger().try_log_in("nobody", "wrong password", "").await.assert_status(429);
    app.stranger().try_log_in("sam", PASSWORD, "").await.assert_status(429);
}

/// Logs in with the right password; returns whether the attempt was delayed.
async fn is_delayed(app: &App, name: &str) -> bool {
    let form = app.stranger();
    let begun = Instant::now();
    form.try_log_in(name, PASSWORD, "").await.assert_status(303);
    begun.elapsed() >= Duration::from_secs(1)
}

#[tokio::test]
async fn failures_from_elsewhere_delay_an_attempt_and_never_prevent_it() {
    let app = spawn_app().await;
    // Every spelling of a name counts for the same account.
    for name in ["ada", " ada", "ada\u{a0}", "ａｄａ", "ADA"] {
        fail(&app, name, 1).await;
        from_elsewhere(&app).await;
    }
    for name in ["ada", "\tａda "] {
        assert!(is_delayed(&app, name).await, "{name:?}");
    }
    assert!(!is_delayed(&app, "sam").await);
}

#[tokio::test]
async fn the_limit_holds_without_redis_and_across_instances() {
    let (redis, app) = Plan::new().await.behind_redis().await;
    let other = app.another().set("REDIS_URL", "off").start().await;
    redis.cut();
    let attempts = (0..16).map(|n| {
        let browser = if n % 2 == 0 { app.stranger() } else { other.stranger() };
        async move { browser.try_log_in("ada", "wrong password", "").await.status }
    });
    let statuses = join_all(attempts).await;
    let tried = statuses.iter().filter(|status| **status == 422).count();
    let put_off = statuses.iter().filter(|status| **status == 429).count();
    assert_eq!((tried, put_off), (5, 11), "{statuses:?}");
    redis.restore();
    for site in [&app, &other] {
        site.stranger().try_log_in("ada", PASSWORD, "").await.assert_status(429);
    }
}

#[tokio::test]
async fn a_header_that_anybody_can_send_names_no_other_address() {
    let app = spawn_app().await;
    for n in 0..6 {
        let browser = app.stranger();
        let form = browser.get("/admin/login/").await;
        let request = browser
            .request(reqwest::Method::POST, "/admin/login/")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-forwarded-for", format!("192.0.2.{n}"))
            .header("forwarded", format!("for=192.0.2.{n}"))
            .header("x-real-ip", format!("192.0.2.{n}"))
            .body(format!("csrf_token={}&username=nobody{n}&password=x", form.field("csrf_token")));
        browser.send(request).await.assert_status(if n < 5 { 422 } else { 429 });
    }
    let addresses = "SELECT string_agg(DISTINCT address, ' ') FROM login_event";
    assert_eq!(app.sql(addresses).await, "127.0.0.1");
}

#[tokio::test]
async fn attempts_from_all_over_a_network_leave_one_row() {
    let app = spawn_app().await;
    for host in 1..=8 {
        let address = Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 0, 0, 0, host);
        let visitor = Visitor::new(Some(IpAddr::V6(address)), "");
        let name = format!("nobody{host}");
        let attempt = app.services.accounts.log_in(&name, "x".into(), &visitor);
        assert_eq!(matches!(attempt.await, Ok(Login::Throttled(_))), host > 5, "{host}");
    }
    let noted = "SELECT string_agg(address || ' ' || attempts, ',') FROM login_event
        WHERE kind = 'throttled'";
    assert_eq!(app.sql(noted).await, "2001:db8:1:2::/64 3");
}

#[tokio::test]
async fn attempts_that_wait_for_each_other_leave_connections_for_other_requests() {
    let app = spawn_homes(1).await;
    let lock = app.database.psql().await;
    let subject = "hashtextextended('address:127.0.0.1', 0)";
    lock.batch_execute(&format!("SELECT pg_advisory_lock({subject})")).await.expect("held");
    let attempts = (0..12).map(|n| {
        let (browser, name) = (app.stranger(), format!("nobody{n}"));
        async move { browser.try_log_in(&name, PASSWORD, "").await.status }
    });
    let reading = async {
        let waiting = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event = 'advisory'";
        until("attempts wait", async || app.sql(waiting).await == "2").await;
        for _ in 0..5 {
            app.get("/properties/no-cache/").await.assert_status(200);
        }
        assert_eq!(app.sql(waiting).await, "2");
        lock.batch_execute("SELECT pg_advisory_unlock_all()").await.expect("released");
    };
    let (statuses, ()) = tokio::join!(join_all(attempts), reading);
    assert!(statuses.contains(&422), "{statuses:?}");
}

/// Logs in with the right password through a proxy that names an address.
async fn log_in_from(app: &App, address: &str) -> u16 {
    let browser = app.stranger();
    let form = browser.get("/admin/login/").await;
    let request = browser
        .request(reqwest::Method::POST, "/admin/login/")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-forwarded-for", address);
    let password = PASSWORD.replace(' ', "+");
    let token = form.field("csrf_token");
    let body = format!("csrf_token={token}&username=ada&password={password}");
    browser.send(request.body(body)).await.status
}

#[tokio::test]
async fn attempts_of_one_network_do_not_use_up_the_logins_of_others() {
    let app = Plan::new().await.set("TRUSTED_PROXIES", "127.0.0.0/8").start().await;
    let lock = app.database.psql().await;
    let subject = "hashtextextended('address:2001:db8:1:2::/64', 0)";
    lock.batch_execute(&format!("SELECT pg_advisory_lock({subject})")).await.expect("held");
    let attempts = (0..20).map(|n| {
        let address = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 0, 0, 0, n + 1));
        let (accounts, visitor) = (app.services.accounts.clone(), Visitor::new(Some(address), ""));
        async move { accounts.log_in(&format!("nobody{n}"), "x".into(), &visitor).await }
    });
    let others = async {
        let waiting = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event = 'advisory'";
        until("attempts wait", async || app.sql(waiting).await == "2").await;
        for address in ["198.51.100.7", "2001:db8:1:3::1"] {
            assert_eq!(log_in_from(&app, address).await, 303, "{address}");
        }
        app.get("/readyz").await.assert_status(200);
        assert_eq!(app.sql(waiting).await, "2");
        lock.batch_execute("SELECT pg_advisory_unlock_all()").await.expect("released");
    };
    tokio::join!(join_all(attempts), others);
}

#[tokio::test]
async fn a_known_user_gets_in_within_seconds_however_often_strangers_failed() {
    let app = spawn_app().await;
    app.sql(
        "INSERT INTO login_failure (subject, address)
         SELECT 'account:ada', 'elsewhere' || n FROM generate_series(1, 5000) AS n",
    )
    .await;
    let begun = Instant::now();
    app.stranger().try_log_in("ada", PASSWORD, "").await.assert_status(303);
    // The longest delay.
    assert!(begun.elapsed() >= Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn failures_that_are_old_are_forgotten_a_few_at_a_time() {
    let app = spawn_app().await;
    app.sql("INSERT INTO login_failure (subject, at) SELECT 'old', now() - interval '2 hours' FROM generate_series(1, 250)")
        .await;
    for left in ["150", "50", "0"] {
        fail(&app, "ada", 1).await;
        assert_eq!(app.sql("SELECT count(*) FROM login_failure WHERE subject = 'old'").await, left);
    }
}
