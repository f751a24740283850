//! More requests than PostgreSQL can answer.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::harness::{Plan, Reader, Stopwatch};

/// The number of pages that are requested at once.
const PAGES: usize = 150;
/// The number of connections, and of requests that may wait for them.
const ROOM: usize = 4 + 4 * 16;

#[tokio::test]
async fn requests_beyond_the_queue_are_refused_at_once_and_warm_pages_still_come() {
    for redis in [None, Some("off")] {
        let plan = Plan::with_homes(3).await;
        let plan = match redis {
            Some(redis) => plan.set("REDIS_URL", redis),
            None => plan,
        };
        let app = plan.holdable().await.start().await;
        let warm = ["/properties/", "/properties/?format=json", "/properties/1/"];
        for path in warm {
            app.has_in_memory(path).await;
        }
        let hold = app.hold(Reader::Rows).await;
        let (sender, mut answers) = mpsc::unbounded_channel();
        let begun = Arc::new(Stopwatch::start());
        for price in 0..PAGES {
            let (reader, sender, begun) = (app.reader.clone(), sender.clone(), begun.clone());
            tokio::spawn(async move {
                let page = reader.get(&format!("/properties/?min_price={price}")).await;
                // An error means that the test has already failed.
                let _ = sender.send((begun.elapsed(), page));
            });
        }
        drop(sender);
        // Each page needs at least one connection, and none is returned.
        for _ in 0..PAGES - ROOM {
            let (waited, page) = answers.recv().await.expect("an answer");
            let page = page.assert_status(503);
            assert!(waited < Duration::from_millis(2800), "it waited for {waited:?}");
            assert!(!page.header("retry-after").is_empty(), "{page:?}");
            assert_eq!(page.header("cache-control"), "no-store");
        }
        // A client has two turns for lists that may be costly.
        hold.readers_wait(2).await;
        for _ in 0..20 {
            for path in warm {
                app.get(path).await.assert_memory_hit();
            }
        }
        hold.release().await;
        let mut good = 0;
        while let Some((_, page)) = answers.recv().await {
            // Some have waited longer than the time limit of a request.
            assert!(matches!(page.status, 200 | 503), "{page:?}");
            good += usize::from(page.status == 200);
        }
        assert!(good >= 1, "no waiting request was answered");
        for price in [0, PAGES - 1] {
            app.get(&format!("/properties/?min_price={price}")).await.assert_status(200);
        }
    }
}
