//! Clearing the cache removes the pages in the memory of every instance.

use serde_json::Value;

use crate::harness::{App, Plan, Shell, until};

const PATHS: [&str; 3] = ["/properties/", "/properties/?format=json", "/properties/1/"];

async fn clear(app: &App) -> Value {
    app.reader.post_empty("/properties/cache-clear/").await.assert_status(200).json()
}

async fn entries(app: &App) -> u64 {
    let status = app.get("/properties/cache-status/").await.json();
    let entries = &status["levels"]["page_memory"]["entries"];
    entries.as_u64().expect("a number")
}

/// Two instances with Redis and one without.
async fn instances() -> [App; 3] {
    let first = Plan::with_homes(2).await.set("DEBUG", "true").start().await;
    let second = first.another().start().await;
    let alone = first.another().set("REDIS_URL", "off").start().await;
    for app in [&first, &second, &alone] {
        for path in PATHS {
            app.has_in_memory(path).await;
        }
        assert_eq!(entries(app).await, 3);
    }
    [first, second, alone]
}

#[tokio::test]
async fn a_clear_empties_this_instances_memory_before_it_answers() {
    let [first, _second, alone] = instances().await;
    for app in [&first, &alone] {
        clear(app).await;
        assert_eq!(entries(app).await, 0);
        for path in PATHS {
            let page = app.get(path).await;
            assert!(!page.is_memory_hit(), "{path}: {}", page.cache_status());
        }
    }
}

#[tokio::test]
async fn a_clear_through_one_instance_empties_the_memory_of_all() {
    for writer in [0, 1, 2] {
        let apps = instances().await;
        clear(&apps[writer]).await;
        for app in &apps {
            until("the memory is empty", async || entries(app).await == 0).await;
            for path in PATHS {
                let page = app.get(path).await.assert_status(200);
                assert!(!page.is_memory_hit(), "{path}: {}", page.cache_status());
            }
        }
    }
}

#[tokio::test]
async fn a_clear_without_redis_counts_the_pages_of_this_instance() {
    let [_first, _second, alone] = instances().await;
    let answer = clear(&alone).await;
    assert_eq!(answer["cleared"]["pages"], 3, "{answer}");
    let answer = clear(&alone).await;
    assert_eq!(answer["cleared"]["pages"], 0, "{answer}");
}

#[tokio::test]
async fn a_clear_by_the_command_empties_the_memory_of_running_sites() {
    let [first, second, alone] = instances().await;
    for command in [Shell::beside(&first), Shell::beside(&alone)] {
        command.run(&["manage_cache", "--clear"]).done();
        for app in [&first, &second, &alone] {
            until("the memory is empty", async || entries(app).await == 0).await;
            app.has_in_memory("/properties/").await;
        }
    }
}
