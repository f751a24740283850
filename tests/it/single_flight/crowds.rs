//! Many concurrent requests for one page.

use property_listings::cache::Level;

use crate::harness::{App, Page, Plan, Reader, Shows as _};

/// The number of concurrent requests to each instance.
const CROWD: usize = 250;

/// Sends this many concurrent requests to an instance; the responses come when the load is released.
fn ask(app: &App, path: &str) -> Vec<tokio::task::JoinHandle<Page>> {
    (0..CROWD).map(|_| app.reader.asks(path)).collect()
}

async fn one_load_per_instance(redis: Option<&str>) {
    let plan = Plan::with_homes(3).await;
    let plan = match redis {
        Some(redis) => plan.set("REDIS_URL", redis),
        None => plan,
    };
    let first = plan.holdable().await.start().await;
    let second = first.another().start().await;
    let (apps, database, path) = ([&first, &second], &first.database, "/properties/?format=json");
    for app in apps {
        app.has_in_memory(path).await;
    }
    database.run("UPDATE property SET title = 'Mended' WHERE id = 1").await;
    let mut missed = Vec::new();
    for app in apps {
        app.has_heard_of_everything().await;
        missed.push(app.counts(Level::PageMemory).await.misses);
    }
    let (rows, counts) = (database.loads(Reader::Rows).await, database.loads(Reader::Count).await);
    let hold = first.hold(Reader::Rows).await;
    let asking = apps.map(|app| ask(app, path));
    for (app, missed) in apps.into_iter().zip(missed) {
        app.has_missed(missed + CROWD as u64).await;
    }
    assert!((1..=2).contains(&hold.waiting().await));
    hold.release().await;
    for asking in asking {
        let mut collapsed = 0;
        for page in asking {
            let page = page.await.expect("answered").assert_status(200);
            page.shows(["Mended"]);
            collapsed += usize::from(page.is_collapsed());
        }
        assert_eq!(collapsed, CROWD - 1, "one leads, the others follow");
    }
    let most = rows + 2;
    let loaded = database.loads(Reader::Rows).await;
    assert!((rows + 1..=most).contains(&loaded), "{} loads of rows", loaded - rows);
    let loaded = database.loads(Reader::Count).await;
    assert!(loaded <= counts + 2, "{} loads of the count", loaded - counts);
}

#[tokio::test]
async fn five_hundred_requests_for_an_invalidated_page_load_it_once_per_instance() {
    one_load_per_instance(None).await;
}

#[tokio::test]
async fn without_redis_too_five_hundred_requests_load_a_page_once_per_instance() {
    one_load_per_instance(Some("off")).await;
}

#[tokio::test]
async fn without_memory_requests_for_one_page_follow_one_load_too() {
    let plan = Plan::new().await.without_memory().homes(3).await;
    let app = plan.holdable().await.start().await;
    let before = app.database.loads(Reader::Rows).await;
    let hold = app.hold(Reader::Rows).await;
    let asking = ask(&app, "/properties/1/?format=json");
    hold.somebody_waits().await;
    // A request after the release finds the page in Redis.
    hold.release().await;
    for page in asking {
        assert!(page.await.expect("answered").assert_status(200).has("Home 1"));
    }
    assert_eq!(app.database.loads(Reader::Rows).await, before + 1);
}

#[tokio::test]
async fn html_and_json_of_one_list_share_one_load_of_rows_and_one_of_the_count() {
    let app = Plan::with_homes(3).await.holdable().await.start().await;
    for reader in [Reader::Rows, Reader::Count] {
        let filter = format!("/properties/?location=Leith&page_size={}", 5 + reader as i32);
        let missed = app.counts(Level::PageMemory).await.misses;
        let before = app.database.loads(reader).await;
        let hold = app.hold(reader).await;
        let html = app.reader.asks(&filter);
        let json = app.reader.asks(&format!("{filter}&format=json"));
        app.has_missed(missed + 2).await;
        hold.somebody_waits().await;
        hold.release().await;
        let html = html.await.expect("answered").assert_status(200);
        let json = json.await.expect("answered").assert_status(200);
        assert!(html.has("<html") && json.json()["count"] == 2);
        assert_eq!(app.database.loads(reader).await, before + 1, "{reader:?}");
        let followers = [html, json].map(|page| page.cache_status().to_owned());
        let collapsed =
            followers.iter().filter(|text| text.starts_with("queryset; fwd=uri-miss; collapsed"));
        let wanted = match reader {
            Reader::Rows => 1,
            // The rows may have been loaded before the second of the two requests came.
            Reader::Count => collapsed.clone().count(),
        };
        assert_eq!(collapsed.count(), wanted, "{followers:?}");
        app.sql("UPDATE property SET price = price + 1").await;
        app.has_heard_of_everything().await;
    }
}

#[tokio::test]
async fn different_pages_are_loaded_side_by_side() {
    let app = Plan::with_homes(3).await.holdable().await.start().await;
    let hold = app.hold(Reader::Rows).await;
    let paths = ["/properties/1/", "/properties/2/", "/properties/3/"];
    let asking = paths.map(|path| app.reader.asks(path));
    hold.readers_wait(3).await;
    hold.release().await;
    for page in asking {
        page.await.expect("answered").assert_status(200).assert_stored();
    }
}
