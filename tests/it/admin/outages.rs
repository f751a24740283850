//! The admin while a server is gone.

use crate::harness::{App, Plan, Proxy, Shows as _, eventually, listing, until};

async fn app_behind(postgres: &Proxy) -> App {
    Plan::with_homes(2).await.behind(postgres).start().await
}

#[tokio::test]
async fn without_redis_the_admin_works_and_nobody_is_logged_out() {
    let (redis, app) = Plan::with_homes(2).await.behind_redis().await;
    let staff = app.staff().await;
    redis.cut();
    staff.get("/admin/").await.assert_status(200);
    let id = staff.create_listing(&listing("New", "1", "Leith")).await;
    staff.edit_listing(id, &listing("Newer", "1", "Leith")).await;
    assert!(staff.get("/admin/properties/").await.has("Newer"));
    staff.delete_listing(id).await;
    let other = app.staff_named("sam").await;
    redis.restore();
    for browser in [staff, other] {
        browser.get("/admin/").await.assert_status(200);
    }
}

#[tokio::test]
async fn without_the_database_a_form_keeps_what_was_typed() {
    let postgres = Proxy::to_postgres();
    let app = app_behind(&postgres).await;
    let staff = app.staff().await;
    let form = staff.get("/admin/properties/1/change/").await;
    let typed = listing("Typed", "4321", "Joppa");
    let mut fields = typed.fields();
    fields.push(("csrf_token", form.field("csrf_token")));
    postgres.cut();
    let [add, change] = ["/admin/properties/add/", "/admin/properties/1/change/"];
    // Sessions are still read from Redis after its lease has ended.
    for (path, after_lease) in [(add, false), (change, false), (add, true), (change, true)] {
        if after_lease {
            until("the lease has ended", async || {
                app.get("/readyz").await.json()["following"] == false
            })
            .await;
        }
        let page = staff.post(path, &fields).await.assert_status(503);
        assert!(!page.header("retry-after").is_empty(), "{page:?}");
        assert_eq!(page.field("title"), "Typed");
        assert_eq!(page.field("price"), "4321");
        assert_eq!(page.field("location"), "Joppa");
        page.shows([&typed.description]);
    }
    postgres.restore();
    until("a form is saved again", async || {
        let page = staff.post("/admin/properties/add/", &fields).await;
        assert!(matches!(page.status, 303 | 503), "{page:?}");
        page.status == 303
    })
    .await;
    assert_eq!(app.database.listings().await, "3");
}

#[tokio::test]
async fn without_the_database_a_form_of_a_user_keeps_what_was_typed() {
    let postgres = Proxy::to_postgres();
    let app = app_behind(&postgres).await;
    let staff = app.staff().await;
    let sam = "SELECT id FROM site_user WHERE username = 'sam'";
    let path = format!("/admin/users/{}/change/", app.sql(sam).await);
    let form = staff.get(&path).await.assert_status(200);
    let fields: Vec<_> = [
        ("csrf_token", &*form.field("csrf_token")),
        ("version", &form.field("version")),
        ("username", "samantha"),
        ("email", "typed@homes.example"),
        ("password1", "nanoseconds of wire"),
        ("permissions", "delete"),
        ("_changelist_filters", "q=sam"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into();
    postgres.cut();
    for (path, version) in [("/admin/users/add/", false), (&path, true)] {
        let page = staff.post(path, &fields).await.assert_status(503);
        assert!(!page.header("retry-after").is_empty(), "{page:?}");
        assert_eq!(page.field("username"), "samantha");
        assert_eq!(page.field("email"), "typed@homes.example");
        assert_eq!(page.field("_changelist_filters"), "q=sam");
        page.shows(["value=\"delete\" checked"]);
        assert!(!page.has("nanoseconds"), "a password is shown");
        assert!(!version || page.field("version") == form.field("version"));
    }
    postgres.restore();
    until("the form is saved again", async || {
        let page = staff.post(&path, &fields).await;
        assert!(matches!(page.status, 303 | 503), "{page:?}");
        page.status == 303
    })
    .await;
}

#[tokio::test]
async fn the_page_of_an_outage_has_its_requests_number_as_every_page() {
    let (postgres, app) = Plan::new().await.set("REDIS_URL", "off").behind_postgres().await;
    let staff = app.staff().await;
    postgres.cut();
    let page = staff.get("/admin/").await.assert_status(503);
    let id = page.header("x-request-id");
    assert!(!id.is_empty() && page.has(id), "{page:?}");
    assert!(!page.header("retry-after").is_empty(), "{page:?}");
}

#[tokio::test]
async fn a_form_that_goes_on_after_a_save_keeps_what_is_typed_into_it() {
    let postgres = Proxy::to_postgres();
    let app = app_behind(&postgres).await;
    let staff = app.staff().await;
    let path = "/admin/properties/1/change/";
    let mut fields = listing("Saved", "1", "Leith").fields();
    fields.push(("csrf_token", staff.csrf_token().await));
    fields.push(("_continue", "1".to_owned()));
    for message_is_seen in [true, false] {
        staff.post(path, &fields).await.assert_status(303);
        if message_is_seen {
            assert!(staff.get(path).await.has("“Saved” was changed."));
        }
        postgres.cut();
        let mut typed = listing("Typed", "4321", "Joppa").fields();
        typed.extend_from_slice(&fields[4..]);
        for _ in 0..2 {
            assert_eq!(staff.post(path, &typed).await.assert_status(503).field("title"), "Typed");
        }
        postgres.restore();
        let page = eventually("the form is there again", async || {
            let page = staff.get(path).await;
            (page.status == 200).then_some(page)
        })
        .await;
        assert_ne!(page.has("“Saved” was changed."), message_is_seen, "{page:?}");
    }
}

#[tokio::test]
async fn without_the_database_what_is_not_cached_says_when_to_come_back() {
    let postgres = Proxy::to_postgres();
    let app = app_behind(&postgres).await;
    let staff = app.staff().await;
    app.get("/properties/").await;
    postgres.cut();
    let page = app.get("/properties/").await.assert_status(200);
    page.assert_hit();
    for path in ["/properties/1/", "/properties/?q=a", "/properties/no-cache/", "/readyz"] {
        let page = app.get(path).await.assert_status(503);
        assert!(!page.header("cache-control").contains("public"), "{page:?}");
    }
    for path in ["/properties/1/", "/properties/no-cache/"] {
        let page = app.get(path).await;
        assert!(page.header("retry-after").parse::<u64>().is_ok(), "{page:?}");
        let page = app.reader.get_with(path, &[("accept", "application/json")]).await;
        assert_eq!(page.header("content-type"), "application/problem+json");
    }
    app.get("/healthz").await.assert_status(200);
    staff.get("/admin/properties/").await.assert_status(503);
    app.stranger().try_log_in("ada", "x", "").await.assert_status(503);
    postgres.restore();
    until("the page is there again", async || app.get("/properties/1/").await.status == 200).await;
    assert!(app.get("/properties/1/").await.is_hit());
}

#[tokio::test]
async fn what_was_written_while_the_site_had_no_database_shows_when_it_has_one() {
    let postgres = Proxy::to_postgres();
    let app = app_behind(&postgres).await;
    app.get("/properties/").await;
    postgres.cut();
    assert!(app.get("/properties/").await.is_hit());
    app.sql("UPDATE property SET title = 'Meanwhile' WHERE id = 1").await;
    postgres.restore();
    until("the write shows", async || app.get("/properties/").await.has("Meanwhile")).await;
}

#[tokio::test]
async fn a_site_without_both_servers_still_answers() {
    let (postgres, redis) = (Proxy::to_postgres(), Proxy::to_redis());
    let plan = Plan::with_homes(1).await;
    let app = plan.behind(&postgres).set("REDIS_URL", redis.redis_url()).start().await;
    let staff = app.staff().await;
    postgres.cut();
    redis.cut();
    app.get("/healthz").await.assert_status(200);
    app.get("/properties/").await.assert_status(503);
    staff.get("/admin/").await.assert_status(503);
    postgres.restore();
    redis.restore();
    until("everything is back", async || {
        staff.get("/admin/").await.status == 200 && app.get("/properties/").await.is_hit()
    })
    .await;
}

#[tokio::test]
async fn without_the_database_nobody_is_believed_to_be_an_operator_still() {
    let postgres = Proxy::to_postgres();
    let app = app_behind(&postgres).await;
    let staff = app.staff().await;
    let token = staff.csrf_token().await;
    let clear =
        async || staff.post("/properties/cache-clear/", &[("csrf_token", token.clone())]).await;
    clear().await.assert_status(200);
    postgres.cut();
    clear().await.assert_status(503);
}

#[tokio::test]
async fn without_the_database_a_listing_that_is_to_be_restored_keeps_what_was_typed() {
    let postgres = Proxy::to_postgres();
    let app = app_behind(&postgres).await;
    let staff = app.staff().await;
    let mut fields = listing("Typed", "4321", "Joppa").fields();
    fields.push(("csrf_token", staff.csrf_token().await));
    postgres.cut();
    let restore = "/admin/properties/1/restore/";
    let page = staff.post(restore, &fields).await.assert_status(503);
    assert_eq!(page.field("title"), "Typed");
    page.shows([restore]);
}
