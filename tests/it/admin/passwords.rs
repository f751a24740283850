//! Users change their own password.

use crate::harness::{Browser, PASSWORD, Page, Shows as _, spawn_app, spawn_staffed};

const NEW: &str = "another horse battery";

async fn change(browser: &Browser, old: &str, new: [&str; 2]) -> Page {
    let fields = [
        ("old_password", old.to_owned()),
        ("new_password1", new[0].to_owned()),
        ("new_password2", new[1].to_owned()),
    ];
    browser.submit("/admin/password_change/", &fields).await
}

#[tokio::test]
async fn a_new_password_counts_alone_and_ends_every_other_session_of_the_account() {
    let app = spawn_app().await;
    let (here, elsewhere) = (app.staff().await, app.staff().await);
    let other = app.staff_named("sam").await;
    elsewhere.get("/admin/").await.assert_status(200);
    change(&here, PASSWORD, [NEW, NEW]).await.assert_status(303);
    elsewhere.get("/admin/").await.assert_status(302);
    other.get("/admin/").await.assert_status(200);
    app.stranger().try_log_in("ada", PASSWORD, "").await.assert_status(422);
    app.stranger().try_log_in("ada", NEW, "").await.assert_status(303);
    let hash = app.sql("SELECT password_hash FROM site_user WHERE username = 'ada'").await;
    assert!(hash.starts_with("$argon2id$"), "{hash}");
}

#[tokio::test]
async fn a_password_that_is_refused_changes_nothing() {
    let (app, browser) = spawn_staffed(0).await;
    for (old, new) in [
        ("wrong", [NEW, NEW]),
        (PASSWORD, [NEW, "different"]),
        (PASSWORD, ["short", "short"]),
        (PASSWORD, ["1234567890", "1234567890"]),
        (PASSWORD, ["password123", "password123"]),
        (PASSWORD, ["", ""]),
    ] {
        let page = change(&browser, old, new).await.assert_status(422);
        assert!(!page.has("value=\"another"), "a password is shown");
        assert!(page.has("-error\""), "no message: {page:?}");
    }
    app.stranger().try_log_in("ada", PASSWORD, "").await.assert_status(303);
}

#[tokio::test]
async fn wrong_old_passwords_are_counted_as_failed_logins() {
    let (app, browser) = spawn_staffed(0).await;
    // The right old password deletes earlier failures, even if the new password is refused.
    for _ in 0..2 {
        for old in ["wrong", "wrong", "wrong", "wrong", PASSWORD] {
            change(&browser, old, ["short", "short"]).await.assert_status(422);
        }
    }
    for _ in 0..3 {
        change(&browser, "wrong", [NEW, NEW]).await.assert_status(422);
    }
    for _ in 0..2 {
        app.stranger().try_log_in("ada", "wrong", "").await.assert_status(422);
    }
    for old in ["wrong", PASSWORD] {
        let page = change(&browser, old, [NEW, NEW]).await.assert_status(429);
        let wait: u64 = page.header("retry-after").parse().expect("seconds");
        assert!((1..=60).contains(&wait), "{wait}");
    }
    app.stranger().try_log_in("ada", PASSWORD, "").await.assert_status(429);
    let noted = "SELECT count(*) FROM login_event WHERE kind = 'failure' AND username = 'ada'";
    assert_eq!(app.sql(noted).await, "13");
    app.sql("UPDATE login_failure SET at = at - interval '61 seconds'").await;
    change(&browser, PASSWORD, [NEW, NEW]).await.assert_status(303);
}

#[tokio::test]
async fn a_password_that_was_replaced_meanwhile_is_not_replaced_again() {
    let app = spawn_app().await;
    let sam = app.staff_named("sam").await;
    let reset = "UPDATE site_user SET password_hash = '!reset' WHERE username = 'sam'";
    let page = app.database.held_up(reset, 1, "COMMIT", change(&sam, PASSWORD, [NEW, NEW])).await;
    page.assert_status(422).shows(["entered incorrectly"]);
    let hash = "SELECT password_hash FROM site_user WHERE username = 'sam'";
    assert_eq!(app.sql(hash).await, "!reset");
}
