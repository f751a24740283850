//! A response from memory equals the full handler's response, and needs no server.

use reqwest::Method;

use crate::harness::{App, OwnRedis, Page, Plan, eventually, spawn_homes, until};

const PATHS: [&str; 4] = [
    "/properties/",
    "/properties/?format=json&location=Leith",
    "/properties/1/",
    "/properties/2/?format=json",
];

/// The headers that differ between any two responses.
const OWN: [&str; 4] = ["age", "cache-status", "date", "x-request-id"];

fn headers(page: &Page) -> Vec<(String, Vec<u8>)> {
    let pairs = page.headers.iter();
    let mut pairs: Vec<_> = pairs
        .filter(|(name, _)| !OWN.contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect();
    pairs.sort();
    pairs
}

async fn ask(app: &App, method: &Method, path: &str, with: &[(&str, &str)]) -> Page {
    let mut request = app.reader.request(method.clone(), path);
    for (name, value) in with {
        request = request.header(*name, *value);
    }
    app.reader.send(request).await
}

/// Sends the same request to both sites, and compares every byte.
async fn same(memory: &App, long: &App, method: Method, path: &str, with: &[(&str, &str)]) -> Page {
    let what = format!("{method} {path} {with:?}");
    let wanted = ask(long, &method, path, with).await;
    assert!(wanted.cache_status().starts_with("page-redis; hit"), "{what}: {wanted:?}");
    let page = eventually("memory answers", async || {
        let page = ask(memory, &method, path, with).await;
        page.is_memory_hit().then_some(page)
    })
    .await;
    assert_eq!(page.status, wanted.status, "{what}");
    assert_eq!(headers(&page), headers(&wanted), "{what}");
    assert_eq!(page.body, wanted.body, "{what}");
    assert!(!page.header("age").is_empty() && !page.header("x-request-id").is_empty());
    page
}

/// Waits until both have the best compression of a page.
async fn is_settled(memory: &App, long: &App, path: &str) {
    let identity = ask(memory, &Method::GET, path, &[("accept-encoding", "identity")]).await;
    let digits = identity.header("etag").trim_end_matches('"');
    for app in [memory, long] {
        for encoding in ["br", "gzip"] {
            until("a better compression", async || {
                let with = [("accept-encoding", encoding)];
                for other in ["br", "gzip"] {
                    ask(memory, &Method::GET, path, &[("accept-encoding", other)]).await;
                }
                let page = ask(app, &Method::GET, path, &with).await;
                page.header("etag").starts_with(digits)
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_page_is_answered_from_memory_the_next_time_and_says_how_long_it_lives() {
    let app = spawn_homes(2).await;
    app.has_heard_of_everything().await;
    for path in PATHS {
        assert!(app.get(path).await.is_stored(), "{path}");
        let page = app.get(path).await;
        page.assert_memory_hit();
        let (_, ttl) = page.cache_status().split_once("ttl=").expect("a lifetime");
        let ttl: u64 = ttl.parse().expect("seconds");
        assert!((845..=945).contains(&ttl), "{path}: {ttl}");
    }
}

#[tokio::test]
async fn a_fast_and_a_better_compression_have_different_validators_of_the_described_form() {
    let app = Plan::new().await.homes(24).await.start().await;
    let described = app.get("/openapi.json").await.json();
    let schema = &described["components"]["headers"]["ETag"]["schema"];
    // Each page is compressed for the first time here.
    for (encoding, path) in [("br", "/properties/"), ("gzip", "/properties/?sort=price")] {
        let with = [("accept-encoding", encoding)];
        let etag = async || ask(&app, &Method::GET, path, &with).await.header("etag").to_owned();
        let fast = etag().await;
        let best = eventually("a better compression", async || {
            let etag = etag().await;
            (etag != fast).then_some(etag)
        });
        for etag in [&fast, &best.await] {
            assert!(jsonschema::is_valid(schema, &serde_json::json!(etag)), "{etag}");
            assert!(etag.ends_with(&format!("-{encoding}\"")), "{etag}");
        }
    }
}

#[tokio::test]
async fn memory_answers_byte_for_byte_and_header_for_header_as_the_long_way() {
    let memory = spawn_homes(24).await;
    let long = memory.another().without_memory().start().await;
    for path in PATHS {
        is_settled(&memory, &long, path).await;
        for accept in ["br", "gzip", "gzip;q=1.0, br;q=0.5", "identity", "*"] {
            let encoding = [("accept-encoding", accept)];
            let page = same(&memory, &long, Method::GET, path, &encoding).await;
            same(&memory, &long, Method::HEAD, path, &encoding).await;
            let etag = page.header("etag").to_owned();
            for copy in [etag.as_str(), &format!("W/{etag}"), "*", "\"other\""] {
                let with = [("accept-encoding", accept), ("if-none-match", copy)];
                let page = same(&memory, &long, Method::GET, path, &with).await;
                let status = if copy == "\"other\"" { 200 } else { 304 };
                same(&memory, &long, Method::HEAD, path, &with).await;
                assert_eq!(page.assert_status(status).body.is_empty(), status == 304);
            }
        }
        for with in [
            [("accept", "application/json")],
            [("cookie", "session=somebody")],
            [("x-forwarded-host", "elsewhere.example")],
            [("range", "bytes=0-9")],
        ] {
            let json = path.contains("json") || with[0].0 != "accept";
            let path = if json { path.to_owned() } else { format!("{path}?_=1") };
            long.get(&path).await;
            ask(&long, &Method::GET, &path, &with).await;
            same(&memory, &long, Method::GET, &path, &with).await;
        }
    }
}

#[tokio::test]
async fn what_memory_may_not_answer_goes_the_long_way_though_the_page_is_held() {
    let memory = spawn_homes(2).await;
    let long = memory.another().without_memory().start().await;
    let path = "/properties/";
    memory.has_in_memory(path).await;
    for with in [("authorization", "Bearer x"), ("host", "elsewhere.example")] {
        let page = ask(&memory, &Method::GET, path, &[with]).await;
        let wanted = ask(&long, &Method::GET, path, &[with]).await;
        assert!(!page.is_hit(), "{with:?}: {page:?}");
        assert_eq!((page.status, headers(&page).len()), (wanted.status, headers(&wanted).len()));
    }
    ask(&memory, &Method::POST, path, &[]).await.assert_status(405).assert_no_hit();
}

#[tokio::test]
async fn a_hit_in_memory_asks_redis_for_nothing() {
    let redis = OwnRedis::start(&[]).await;
    let app = Plan::with_homes(2).await.set("REDIS_URL", redis.url()).start().await;
    let cli = redis.cli().await;
    app.has_in_memory("/properties/").await;
    // Pages and their generations are read with MGET; following the event log does not use it.
    let before = cli.calls("mget").await;
    for _ in 0..200 {
        app.get("/properties/").await.assert_memory_hit();
    }
    assert_eq!(cli.calls("mget").await, before);
    let other = app.another().without_memory().start().await;
    for _ in 0..20 {
        assert!(other.get("/properties/").await.is_hit());
    }
    assert_eq!(cli.calls("mget").await, before + 20);
}

/// The site's connections, each with the time of its last statement; without the one that follows the log.
async fn activity(app: &App) -> String {
    let sql = "SELECT coalesce(string_agg(pid || ' ' || state || ' ' || state_change, E'\\n' ORDER BY pid), '')
        FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'property-listings'
          AND query !~ 'event_log|pg_snapshot|ROLLBACK|BEGIN|START|LISTEN|COMMIT' AND query <> ''";
    app.sql(sql).await
}

#[tokio::test]
async fn a_hit_in_memory_asks_postgres_for_nothing() {
    let app = spawn_homes(2).await;
    app.has_in_memory("/properties/").await;
    let before = activity(&app).await;
    assert!(!before.is_empty(), "the load used a connection");
    for _ in 0..200 {
        assert!(app.get("/properties/").await.is_memory_hit());
    }
    assert_eq!(activity(&app).await, before);
    app.get("/properties/?min_price=7").await.assert_status(200);
    assert_ne!(activity(&app).await, before);
}

#[tokio::test]
async fn without_memory_no_page_is_answered_from_it() {
    let plan = Plan::new().await.without_memory().homes(2).await;
    let app = plan.set("DEBUG", "true").start().await;
    for path in PATHS {
        for _ in 0..3 {
            let page = app.get(path).await.assert_status(200);
            assert!(!page.cache_status().contains("page-memory"), "{page:?}");
        }
    }
    let status = app.get("/properties/cache-status/").await.json();
    let memory = &status["levels"]["page_memory"];
    assert_eq!(memory["enabled"], false, "{status}");
    assert_eq!((&memory["entries"], &memory["armed"]), (&0.into(), &false.into()));
}

#[tokio::test]
async fn a_page_that_another_instance_stored_moves_into_memory_when_it_is_asked_for() {
    let first = spawn_homes(2).await;
    let second = first.another().start().await;
    second.has_heard_of_everything().await;
    for path in PATHS {
        let stored = first.get(path).await;
        stored.assert_stored();
        let page = second.get(path).await;
        assert!(page.cache_status().starts_with("page-redis; hit"), "{path}: {page:?}");
        let again = second.get(path).await;
        again.assert_memory_hit();
        assert_eq!(stored.body, again.body, "{path}");
        assert_eq!(stored.header("etag"), again.header("etag"), "{path}");
    }
}

#[tokio::test]
async fn the_age_of_a_page_counts_from_its_load_wherever_it_has_been() {
    let first = spawn_homes(2).await;
    let second = first.another().start().await;
    first.has_in_memory("/properties/").await;
    let aged = eventually("the page ages", async || {
        let page = first.get("/properties/").await;
        (page.header("age") != "0").then_some(page)
    })
    .await;
    aged.assert_memory_hit();
    let age = |page: &Page| page.header("age").parse::<u64>().expect("seconds");
    let from_redis = second.get("/properties/").await;
    let from_memory = second.has_in_memory("/properties/").await;
    assert!(age(&from_redis) >= age(&aged) && age(&from_memory) >= age(&aged));
}

#[tokio::test]
async fn the_age_of_a_page_made_of_cached_rows_counts_from_the_load_of_the_rows() {
    let app = spawn_homes(2).await;
    let age = |page: &Page| page.header("age").parse::<u64>().expect("seconds");
    let (rows, page) = ("/properties/?format=json", "/properties/");
    app.get(rows).await.assert_status(200);
    let oldest = eventually("the rows age", async || {
        let oldest = age(&app.get(rows).await);
        (oldest >= 2).then_some(oldest)
    })
    .await;
    let computed = app.get(page).await;
    let status = computed.cache_status();
    assert!(status.starts_with("queryset; hit, "), "{status}");
    let hit = app.has_in_memory(page).await;
    for page in [computed, hit] {
        assert!(age(&page) >= oldest, "the rows are {oldest} s old: {page:?}");
    }
}
