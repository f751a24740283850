//! Concurrent readers and writers: a request after an acknowledged write never gets older data.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::harness::{App, Browser, Plan, listing, spawn_homes};

const WRITES: u32 = 40;
const READERS: usize = 4;

/// What the writer tells the readers.
#[derive(Default)]
struct Progress {
    acknowledged: AtomicU32,
    done: AtomicBool,
}

fn version(text: &str) -> u32 {
    let (_, rest) = text.split_once("Version ").expect("a version");
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// Reads until the writer has finished; returns the number of responses from memory.
async fn read(reader: Browser, path: &'static str, told: Arc<Progress>) -> usize {
    let mut hits = 0;
    while !told.done.load(Ordering::Acquire) {
        let least = told.acknowledged.load(Ordering::Acquire);
        let page = reader.get(path).await.assert_status(200);
        let seen = version(page.text());
        assert!(seen >= least, "{seen} after {least}: {page:?}");
        hits += usize::from(page.is_memory_hit());
    }
    hits
}

async fn nobody_gets_what_was_before_an_acknowledged_write(app: &App) {
    app.sql("UPDATE property SET title = 'Version 0' WHERE id = 1").await;
    for path in ["/properties/", "/properties/1/"] {
        app.comes_to_show(path, "Version 0").await;
    }
    let staff = app.staff().await;
    let told = Arc::new(Progress::default());
    let paths = ["/properties/", "/properties/?format=json", "/properties/1/"];
    let readers: Vec<_> = (0..READERS * paths.len())
        .map(|at| tokio::spawn(read(app.stranger(), paths[at % paths.len()], told.clone())))
        .collect();
    for number in 1..=WRITES {
        staff.edit_listing(1, &listing(&format!("Version {number}"), "1", "Leith")).await;
        told.acknowledged.store(number, Ordering::Release);
    }
    told.done.store(true, Ordering::Release);
    let mut hits = 0;
    for reader in readers {
        hits += reader.await.expect("nothing stale");
    }
    assert!(hits > 100, "memory answered {hits} times");
}

#[tokio::test]
async fn no_reader_gets_what_was_before_an_acknowledged_write() {
    let app = spawn_homes(3).await;
    // Another instance hears of the same writes, and stores in the same Redis.
    let other = app.another().start().await;
    let told = Arc::new(Progress::default());
    let away = tokio::spawn({
        let (reader, told) = (other.stranger(), told.clone());
        async move {
            while !told.done.load(Ordering::Acquire) {
                reader.get("/properties/").await.assert_status(200);
            }
        }
    });
    nobody_gets_what_was_before_an_acknowledged_write(&app).await;
    told.done.store(true, Ordering::Release);
    away.await.expect("answered");
    let last = format!("Version {WRITES}");
    other.comes_to_show("/properties/", &last).await;
    other.keeps_showing("/properties/", &last).await;
}

#[tokio::test]
async fn without_redis_no_reader_gets_what_was_before_an_acknowledged_write() {
    let app = Plan::with_homes(3).await.set("REDIS_URL", "off").start().await;
    nobody_gets_what_was_before_an_acknowledged_write(&app).await;
}
