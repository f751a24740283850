//! Instances that share a Redis leave a load to the one that began it, for a while.

use std::time::{Duration, Instant};

use property_listings::cache::Level;

use crate::harness::{Browser, OwnRedis, Plan, Reader, Shell, Shows as _, Stopwatch, until};

/// How long another instance's load is waited for, and some more for a busy machine.
const DELAY: Duration = Duration::from_millis(3500);

#[tokio::test]
async fn while_one_instance_loads_another_waits_for_it_and_shares_what_it_loaded() {
    let redis = OwnRedis::start(&[]).await;
    let plan = Plan::with_homes(3).await.set("REDIS_URL", redis.url());
    let first = plan.holdable().await.start().await;
    let second = first.another().start().await;
    let cli = redis.cli().await;
    for round in 0..20 {
        let path = format!("/properties/?format=json&page_size={}", 3 + round);
        let before = first.database.loads(Reader::Rows).await;
        let missed = second.counts(Level::PageMemory).await.misses;
        let hold = first.hold(Reader::Rows).await;
        let start = Instant::now();
        let leader = first.reader.asks(&path);
        hold.somebody_waits().await;
        let asked = cli.calls("evalsha").await;
        let follower = second.reader.asks(&path);
        second.has_missed(missed + 1).await;
        // The leases and stores of both counts are four commands; any more are requests for the lease of the rows.
        until("it waits for the other instance or loads", async || {
            cli.calls("evalsha").await >= asked + 6 || hold.waiting().await > 1
        })
        .await;
        let waiting = hold.waiting().await;
        hold.release().await;
        let leader = leader.await.expect("answered").assert_status(200);
        let follower = follower.await.expect("answered").assert_status(200);
        assert_eq!(leader.body, follower.body);
        // An instance loads for itself if it waits longer than a second, if its Redis timed out on a busy machine, or
        // if a start has just invalidated its generations; such a round proves nothing.
        let timed_out =
            [&leader, &follower].iter().any(|page| page.cache_status().contains("fwd=bypass"));
        if timed_out || waiting != 1 || start.elapsed() > Duration::from_millis(900) {
            continue;
        }
        assert_eq!(first.database.loads(Reader::Rows).await, before + 1);
        let status = follower.cache_status();
        assert!(status.starts_with("queryset; fwd=uri-miss; collapsed"), "{status}");
        return;
    }
    panic!("in no round did one instance leave the load to the other");
}

#[tokio::test]
async fn an_instance_that_is_killed_while_it_loads_delays_another_only_for_a_moment() {
    let plan = Plan::with_homes(3).await.holdable().await;
    let other = plan.start().await;
    let mut killed = Shell::beside(&other).serve(&["serve", "--no-migrate"]);
    let path = "/properties/1/";
    let hold = other.hold(Reader::Rows).await;
    let asking = Browser::new(&killed.origin);
    let asking = tokio::spawn(async move {
        assert!(asking.request(reqwest::Method::GET, path).send().await.is_err(), "no answer");
    });
    hold.somebody_waits().await;
    assert_eq!(other.keys("lease").await.len(), 1);
    killed.signal("KILL");
    killed.wait();
    asking.await.expect("it is told");
    hold.release().await;
    let start = Stopwatch::start();
    let page = other.get(path).await.assert_status(200);
    assert!(start.elapsed() < DELAY, "{:?}", start.elapsed());
    page.assert_no_hit().shows(["Home 1"]);
    assert!(other.has_in_memory(path).await.has("Home 1"));
}

#[tokio::test]
async fn a_lease_that_nobody_gives_back_delays_a_load_by_a_second() {
    let app = Plan::with_homes(3).await.holdable().await.start().await;
    let path = "/properties/1/";
    let redis = app.redis().await;
    let hold = app.hold(Reader::Rows).await;
    let asking = app.reader.asks(path);
    hold.somebody_waits().await;
    let [key] = &app.keys("lease").await[..] else {
        panic!("one lease");
    };
    let under = redis.bytes(key).await;
    // So that the lease does not end by itself.
    redis.run::<i64>(&["PERSIST", key]).await;
    let terminate = "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks
        WHERE locktype = 'advisory' AND NOT granted AND classid = 42
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    app.sql(terminate).await;
    asking.await.expect("answered").assert_status(503);
    hold.release().await;
    until("a load that failed gives its lease back", async || app.keys("lease").await.is_empty())
        .await;
    redis.run_with(&["SET", key], &under).await;
    let (start, begun) = (Stopwatch::start(), Instant::now());
    let page = app.get(path).await.assert_status(200);
    assert!(start.elapsed() < DELAY, "{:?}", start.elapsed());
    assert!(begun.elapsed() > Duration::from_millis(900), "the lease was not looked at");
    page.assert_stored().shows(["Home 1"]);
}

#[tokio::test]
async fn a_lease_from_before_a_write_delays_nobody_after_it() {
    let first = Plan::with_homes(10).await.holdable().await.start().await;
    let second = first.another().start().await;
    let redis = first.redis().await;
    let mut shortest = Duration::MAX;
    for id in 1..=10 {
        let path = format!("/properties/{id}/");
        let hold = first.hold(Reader::Rows).await;
        let early = first.reader.asks(&path);
        hold.somebody_waits().await;
        let [key] = &first.keys("lease").await[..] else {
            panic!("one lease");
        };
        redis.run::<i64>(&["PERSIST", key]).await;
        let under = redis.bytes(key).await;
        hold.lets_later_readers_pass().await;
        first.database.run(&format!("UPDATE property SET title = 'Mended' WHERE id = {id}")).await;
        second.has_heard_of_everything().await;
        assert_eq!(redis.bytes(key).await, under, "the lease is still there");
        let start = Instant::now();
        let page = second.get(&path).await.assert_status(200);
        shortest = shortest.min(start.elapsed());
        page.assert_stored().shows(["Mended"]);
        assert_eq!(hold.waiting().await, 1, "the old load has not ended");
        hold.release().await;
        early.await.expect("answered").assert_status(200);
        for app in [&first, &second] {
            app.comes_to_show(&path, "Mended").await;
            app.keeps_showing(&path, "Mended").await;
        }
        // A busy machine may take as long once, but an instance that waits for the lease always does.
        if shortest < Duration::from_millis(900) {
            return;
        }
    }
    panic!("it took {shortest:?}");
}
