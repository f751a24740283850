//! The shutdown of the program while requests are in flight.

use crate::harness::{Browser, Plan, Reader, Shell, Shows as _, TOKEN, until};

/// The number of requests that were not answered from memory.
async fn missed(browser: &Browser) -> u64 {
    let token = format!("Bearer {TOKEN}");
    let path = "/properties/redis-metrics/?format=json";
    let metrics = browser.get_with(path, &[("authorization", &token)]).await;
    let metrics = metrics.assert_status(200).json();
    let misses = &metrics["metrics"]["levels"]["page_memory"]["misses"];
    misses.as_u64().expect("a number")
}

#[tokio::test]
async fn a_site_that_is_told_to_stop_answers_every_leader_and_every_follower_in_flight() {
    for redis in [None, Some("off")] {
        let plan = Plan::with_homes(3).await.holdable().await;
        let plan = match redis {
            Some(redis) => plan.set("REDIS_URL", redis),
            None => plan,
        };
        let mut site = Shell::of(&plan).serve(&["serve", "--no-migrate"]);
        let browser = Browser::new(&site.origin);
        let hold = crate::harness::Hold::new(&plan.database, Reader::Rows).await;
        let before = missed(&browser).await;
        let paths = ["/properties/", "/properties/?format=json", "/properties/2/"];
        let asking: Vec<_> = (0..30).map(|at| browser.asks(paths[at % paths.len()])).collect();
        until("the requests are there", async || missed(&browser).await >= before + 30).await;
        // The two lists share one load.
        hold.readers_wait(2).await;
        site.signal("TERM");
        let address = site.origin.trim_start_matches("http://").to_owned();
        until("new connections are refused", async || {
            tokio::net::TcpStream::connect(&address).await.is_err()
        })
        .await;
        assert!(!site.has_ended(), "it did not wait for the requests");
        hold.release().await;
        for page in asking {
            page.await.expect("answered").assert_status(200).shows(["Home 2"]);
        }
        assert_eq!(tokio::task::spawn_blocking(move || site.wait()).await.expect("ended"), Some(0));
    }
}
