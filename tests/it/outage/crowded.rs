//! More concurrent searches than the site has turns for.

use std::time::Duration;

use futures_util::future::join_all;
use tokio_postgres::Client;

use crate::harness::{App, PASSWORD, Page, Plan, Reader, Shows as _, Stopwatch, TOKEN, until};

/// Makes searches wait for a lock that the test holds; other lists don't wait.
const HOLD: &str = "
    CREATE FUNCTION hold_search() RETURNS tsquery LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
        PERFORM pg_advisory_lock_shared(43, 1);
        PERFORM pg_advisory_unlock_shared(43, 1);
        RETURN 'home'::tsquery;
    END $$;
    CREATE OR REPLACE FUNCTION property_query(words text, longer text) RETURNS tsquery
    LANGUAGE sql VOLATILE AS 'SELECT hold_search()'";

/// The number of turns for searches on a site with four connections.
const TURNS: usize = 4;

struct Crowd {
    app: App,
    lock: Client,
}

impl Crowd {
    async fn begin() -> Self {
        let plan = Plan::with_homes(3).await.sql(HOLD).await;
        let app = plan.set("TRUSTED_PROXIES", "127.0.0.0/8").start().await;
        let lock = app.database.psql().await;
        lock.batch_execute("SELECT pg_advisory_lock(43, 1)").await.expect("locked");
        Self { app, lock }
    }

    /// The number of searches that have a turn and wait for the lock.
    async fn held(&self) -> usize {
        let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = 43
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let held: i64 = self.lock.query_one(sql, &[]).await.expect("answered").get(0);
        usize::try_from(held).expect("a number")
    }

    async fn release(&self) {
        let unlock = "SELECT pg_advisory_unlock_all()";
        self.lock.batch_execute(unlock).await.expect("released");
    }

    /// Sends different searches of a client.
    async fn search(&self, client: &str, count: usize) -> Vec<Page> {
        let name: String = client.chars().filter(char::is_ascii_alphanumeric).collect();
        let searches = (0..count).map(async |n| {
            // One word, so that each search uses one connection at a time.
            let path = format!("/properties/?q=x{n}y{name}&format=json");
            self.app.reader.get_with(&path, &[("x-forwarded-for", client)]).await
        });
        join_all(searches).await
    }

    async fn metrics(&self) -> String {
        let bearer = format!("Bearer {TOKEN}");
        let page = self.app.reader.get_with("/metrics", &[("authorization", &bearer)]).await;
        page.assert_status(200).text().to_owned()
    }
}

#[tokio::test]
async fn searches_beyond_their_share_are_refused_and_nothing_else_waits_for_them() {
    let crowd = Crowd::begin().await;
    let app = &crowd.app;
    app.has_in_memory("/properties/").await;
    let clients: Vec<_> = (1..=8).map(|n| format!("203.0.113.{n}")).collect();
    let searching = join_all(clients.iter().map(|client| crowd.search(client, 10)));
    let others = async {
        until("every turn is taken", async || crowd.held().await == TURNS).await;
        let begun = Stopwatch::start();
        app.get("/properties/").await.assert_memory_hit();
        for path in ["/properties/1/", "/properties/?location=Leith", "/readyz", "/sitemap.xml"] {
            app.get(path).await.assert_status(200);
        }
        let staff = app.staff().await;
        staff.get("/admin/properties/").await.assert_status(200);
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    };
    let (answers, ()) = tokio::join!(searching, others);
    for page in answers.iter().flatten() {
        assert_eq!(page.status, 503, "{page:?}");
        assert_eq!(page.header("content-type"), "application/problem+json");
        assert_eq!(page.header("retry-after"), "5");
        assert_eq!(page.header("cache-control"), "no-store");
    }
    let busy = answers.iter().flatten().filter(|page| page.has("Too many requests of this kind"));
    assert!(busy.count() >= 80 - 3 * TURNS);
    let metrics = crowd.metrics().await;
    for line in [
        "property_listings_expensive_requests_limit 4",
        "property_listings_expensive_requests{state=\"running\"} 0",
        "property_listings_expensive_requests{state=\"waiting\"} 0",
        "property_listings_database_pool_limit{pool=\"expensive\"} 4",
        "property_listings_database_pool_limit{pool=\"staff\"} 4",
    ] {
        assert!(metrics.lines().any(|told| told == line), "{line}: {metrics}");
    }
    crowd.release().await;
    for page in crowd.search("203.0.113.9", 3).await {
        page.assert_status(200);
    }
}

#[tokio::test]
async fn a_refused_search_is_a_page_for_people() {
    let crowd = Crowd::begin().await;
    let client = "203.0.113.1";
    let searching = crowd.search(client, 2);
    let reading = async {
        until("the client has its turns", async || crowd.held().await == TURNS / 2).await;
        crowd.app.reader.get_with("/properties/?q=sea", &[("x-forwarded-for", client)]).await
    };
    let (_, page) = tokio::join!(searching, reading);
    let page = page.assert_status(503);
    assert!(page.header("content-type").starts_with("text/html"));
    assert_ne!(page.header("retry-after"), "");
    page.shows(["Temporarily unavailable", "Too many requests of this kind"]);
    crowd.release().await;
}

#[tokio::test]
async fn one_client_does_not_use_up_the_turns_of_the_others() {
    let crowd = Crowd::begin().await;
    let many = crowd.search("2001:db8::1", 20);
    let few = async {
        until("one has its share", async || crowd.held().await == TURNS / 2).await;
        let searching = crowd.search("203.0.113.2", 1);
        let releasing = async {
            until("the other has a turn", async || crowd.held().await > TURNS / 2).await;
            crowd.release().await;
        };
        tokio::join!(searching, releasing).0
    };
    let (_, pages) = tokio::join!(many, few);
    for page in pages {
        page.assert_status(200);
    }
}

#[tokio::test]
async fn addresses_of_one_ipv6_network_have_the_turns_of_one_client() {
    let crowd = Crowd::begin().await;
    let network: Vec<_> = (1..=6).map(|n| format!("2001:db8:1:2::{n}")).collect();
    let many = join_all(network.iter().map(|client| crowd.search(client, 1)));
    let few = async {
        let waiting = "property_listings_expensive_requests{state=\"waiting\"} 4";
        until("the network has its share, and the rest of it waits", async || {
            crowd.held().await == TURNS / 2 && crowd.metrics().await.contains(waiting)
        })
        .await;
        let searching = crowd.search("2001:db8:1:3::1", 1);
        let releasing = async {
            until("another network has a turn", async || crowd.held().await > TURNS / 2).await;
            crowd.release().await;
        };
        tokio::join!(searching, releasing).0
    };
    let (_, pages) = tokio::join!(many, few);
    for page in pages {
        page.assert_status(200);
    }
}

#[tokio::test]
async fn logins_and_their_pages_do_not_wait_for_public_pages() {
    let plan = Plan::with_homes(60).await.holdable().await;
    let app = plan.start().await;
    let hold = app.hold(Reader::Rows).await;
    let asking: Vec<_> =
        (1..=60).map(|id| app.reader.asks(&format!("/properties/{id}/?format=json"))).collect();
    hold.readers_wait(4).await;
    let begun = Stopwatch::start();
    let staff = app.stranger();
    staff.try_log_in("ada", PASSWORD, "/admin/").await.assert_status(303);
    staff.get("/admin/").await;
    app.get("/readyz").await.assert_status(200);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    hold.release().await;
    for page in asking {
        page.await.expect("answered");
    }
}
