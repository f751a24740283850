//! Clearing the cache, and the cache test.

use super::operated as operator;
use crate::harness::{App, OwnRedis, Page, Plan, Proxy, Shows as _, spawn_staffed};

async fn clear(app: &App) -> Page {
    app.reader.post_empty("/properties/cache-clear/").await
}

#[tokio::test]
async fn a_clear_removes_this_sites_entries_and_counts_them() {
    let app = operator(Plan::new().await.without_memory().homes(3).await).await;
    let other = Plan::with_homes(3).await.without_memory().start().await;
    other.get("/properties/").await;
    for path in ["/properties/", "/properties/?format=json", "/properties/1/"] {
        app.get(path).await;
    }
    let answer = clear(&app).await.assert_status(200).json();
    let want = serde_json::json!({"success": true, "cleared": {"pages": 3, "querysets": 6}});
    assert_eq!(answer, want);
    for family in ["page", "all_properties", "property_count"] {
        assert!(app.keys(family).await.is_empty(), "{family}");
    }
    assert!(app.get("/properties/").await.is_stored());
    assert!(other.get("/properties/").await.is_hit());
    assert_eq!(clear(&app).await.json()["cleared"]["pages"], 1);
}

#[tokio::test]
async fn a_clear_through_one_instance_clears_all() {
    let app = operator(Plan::new().await.without_memory().homes(1).await).await;
    let other = app.another().start().await;
    other.get("/properties/").await;
    clear(&app).await.assert_status(200);
    assert!(!other.get("/properties/").await.is_hit());
}

#[tokio::test]
async fn a_clear_while_redis_is_gone_holds_when_it_returns() {
    let redis = Proxy::to_redis();
    let plan = Plan::with_homes(1).await.without_memory().set("REDIS_URL", redis.redis_url());
    let app = operator(plan).await;
    app.get("/properties/").await;
    assert!(app.get("/properties/").await.is_hit());
    redis.cut();
    app.get("/properties/").await;
    clear(&app).await.assert_status(200);
    redis.restore();
    let page = crate::harness::eventually("redis is in use", async || {
        let page = app.get("/properties/").await;
        (!page.cache_status().contains("bypass")).then_some(page)
    })
    .await;
    page.assert_stored();
}

#[tokio::test]
async fn the_cache_test_tries_every_step_and_a_clear_by_a_browsers_form_logs_nobody_out() {
    let app = operator(Plan::new().await.without_memory()).await;
    let before = app.redis().await.keys(&app.prefix).await;
    let answer = app.get("/properties/cache-test/").await.assert_status(200).json();
    assert_eq!(answer["success"], true);
    let steps = answer["steps"].as_array().expect("steps");
    let names: Vec<_> = steps.iter().filter_map(|step| step["step"].as_str()).collect();
    for name in ["set", "get", "expire", "delete"] {
        assert!(names.contains(&name), "{answer}");
    }
    for step in steps {
        assert_eq!(step["success"], true, "{step}");
        assert!(step["level"].is_string() && step["micros"].is_u64(), "{step}");
    }
    assert_eq!(app.redis().await.keys(&app.prefix).await, before);
    // A browser's form gets a page as the response.
    let request = app.reader.request(reqwest::Method::POST, "/properties/cache-clear/");
    let page = app.reader.send(request.header("accept", "text/html")).await.assert_status(200);
    assert!(page.header("content-type").starts_with("text/html"));
    page.shows(["cleared"]);
    // A clear ends no session.
    let staff = app.staff().await;
    clear(&app).await.assert_status(200);
    staff.get("/admin/").await.assert_status(200);
}

#[tokio::test]
async fn the_cache_test_says_when_redis_is_gone_or_full() {
    let redis = OwnRedis::start(&["--maxmemory-policy", "noeviction"]).await;
    let proxy = Proxy::to_redis_at(&redis.url());
    let plan = Plan::new().await.without_memory().set("REDIS_URL", proxy.redis_url());
    let app = operator(plan).await;
    redis.cli().await.run::<()>(&["CONFIG", "SET", "maxmemory", "1"]).await;
    let answer = app.get("/properties/cache-test/").await.assert_status(200).json();
    assert_eq!(answer["success"], false, "{answer}");
    proxy.cut();
    let answer = app.get("/properties/cache-test/").await.assert_status(200).json();
    assert_eq!(answer["success"], false, "{answer}");
}

#[tokio::test]
async fn people_are_asked_before_everything_is_cleared_and_programs_are_not() {
    let (app, staff) = spawn_staffed(3).await;
    app.has_in_memory("/properties/").await;
    let post = async |accept: &str, fields: &[(&str, &str)]| {
        let token = staff.csrf_token().await;
        let mut form = vec![("csrf_token", token.as_str())];
        form.extend(fields);
        let request = staff.request(reqwest::Method::POST, "/properties/cache-clear/");
        staff.send(request.header("accept", accept.to_owned()).form(&form)).await
    };
    let asked = post("text/html,*/*;q=0.8", &[]).await.assert_status(200);
    asked.shows(["Clear the whole cache?"]);
    assert!(app.get("/properties/").await.is_memory_hit());
    // A part and everything contradict each other.
    let both = [("everything", "yes"), ("tag", "properties"), ("confirm", "yes")];
    post("text/html", &both).await.assert_status(422);
    assert!(app.get("/properties/").await.is_memory_hit());
    let yes = ["everything", "confirm"].map(|name| (name, asked.field(name)));
    let yes: Vec<_> = yes.iter().map(|(name, yes)| (*name, yes.as_str())).collect();
    post("text/html", &yes).await.assert_status(200).shows(["Cache cleared"]);
    assert!(app.get("/properties/").await.is_stored());

    app.has_in_memory("/properties/").await;
    assert_eq!(post("application/json", &[]).await.assert_status(200).json()["success"], true);
    assert!(app.get("/properties/").await.is_stored());
    app.has_in_memory("/properties/").await;
    let program = app.reader.request(reqwest::Method::POST, "/properties/cache-clear/");
    let program = program.bearer_auth(crate::harness::TOKEN).header("accept", "text/html");
    app.reader.send(program).await.assert_status(200).shows(["Cache cleared"]);
    assert!(app.get("/properties/").await.is_stored());
}
