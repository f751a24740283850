//! The signals test: a probe listing through the real write path.

use crate::harness::{Plan, Proxy};

const PATH: &str = "/properties/test-signals/";

#[tokio::test]
async fn it_proves_each_kind_of_write_and_leaves_no_row() {
    let app = Plan::new()
        .await
        .homes(2)
        .await
        .set("DEBUG", "true")
        .start()
        .await;
    for _ in 0..3 {
        let answer = app.reader.post(PATH, &[]).await.assert_status(200).json();
        assert_eq!(answer["success"], true, "{answer}");
        let steps = answer["steps"].as_array().expect("steps");
        let names: String = steps
            .iter()
            .filter_map(|step| step["step"].as_str())
            .collect();
        for kind in ["create", "update", "delete"] {
            assert!(names.contains(kind), "{answer}");
        }
        assert!(steps.iter().all(|step| step["success"] == true), "{answer}");
    }
    assert_eq!(app.database.listings().await, "2");
    assert_eq!(app.get_json("/properties/").await["count"], 2);
}

#[tokio::test]
async fn two_at_once_do_not_disturb_each_other() {
    let app = Plan::new()
        .await
        .homes(2)
        .await
        .set("DEBUG", "true")
        .start()
        .await;
    let (one, other) = tokio::join!(app.reader.post(PATH, &[]), app.reader.post(PATH, &[]));
    for page in [one, other] {
        let answer = page.assert_status(200).json();
        assert_eq!(answer["success"], true, "{answer}");
    }
    assert_eq!(app.database.listings().await, "2");
}

#[tokio::test]
async fn without_redis_it_says_that_nothing_is_cached_and_leaves_no_row() {
    let app = Plan::new().await.homes(2).await.set("DEBUG", "true");
    let app = app.set("REDIS_URL", "redis://127.0.0.1:1").start().await;
    let answer = app.reader.post(PATH, &[]).await.assert_status(200).json();
    assert_eq!(answer["success"], false, "{answer}");
    assert_eq!(app.database.listings().await, "2");
}

#[tokio::test]
async fn without_the_database_it_is_unavailable() {
    let postgres = Proxy::to_postgres();
    let plan = Plan::new().await.set("DEBUG", "true");
    let url = plan
        .database
        .url("property_listings", &postgres.directory());
    let app = plan.set("DATABASE_URL", url).start().await;
    postgres.cut();
    let page = app.reader.post(PATH, &[]).await.assert_status(503);
    assert!(!page.header("retry-after").is_empty());
}
