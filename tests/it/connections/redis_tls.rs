//! Redis with certificates and accounts, and the findings of `check` if it can't be used.

use crate::harness::{Authority, OwnRedis, Plan, Shell, free_port, scratch};

#[tokio::test]
async fn a_redis_with_tls_is_used_and_check_says_why_another_is_not() {
    let directory = scratch();
    let (ours, theirs) = (Authority::new(&directory, "ours"), Authority::new(&directory, "theirs"));
    let server = ours.issue("server", &["localhost"]);
    let client = ours.issue("client", &[]);
    let (open, closed, plain) = (free_port(), free_port(), free_port());
    let start = async |port: u16, clients: &str| {
        let port = port.to_string();
        let settings = [
            ["--tls-port", &port],
            ["--tls-cert-file", &server.certificate],
            ["--tls-key-file", &server.key],
            ["--tls-ca-cert-file", &ours.file],
            ["--tls-auth-clients", clients],
        ];
        OwnRedis::start(
            &[&settings.concat(), &["--user", "site", "on", ">hunter2", "~*", "&*", "+@all"][..]]
                .concat(),
        )
        .await
    };
    let _servers = (start(open, "no").await, start(closed, "yes").await);
    let _plain = OwnRedis::start_on(plain, &["--databases", "4"]).await;
    let plan = Plan::new().await;
    let identity = format!("sslcert={}&sslkey={}", client.certificate, client.key);
    let untrusted = "is not signed by a trusted certificate authority";
    for (url, authority, want) in [
        (format!("rediss://localhost:{open}"), Some(&ours), ""),
        (format!("rediss://site:hunter2@localhost:{open}/1"), Some(&ours), ""),
        (format!("rediss://localhost:{closed}?{identity}"), Some(&ours), ""),
        (format!("redis://127.0.0.1:{plain}/3"), None, ""),
        (format!("rediss://localhost:{open}"), Some(&theirs), untrusted),
        (format!("rediss://localhost:{open}"), None, untrusted),
        (format!("rediss://127.0.0.1:{open}"), Some(&ours), "is for localhost, not for 127.0.0.1"),
        (format!("rediss://localhost:{closed}"), Some(&ours), "requires a client certificate"),
        (format!("rediss://127.0.0.1:{plain}"), Some(&ours), "Redis can't be reached"),
        (format!("rediss://site:hunter3@localhost:{open}"), Some(&ours), "WRONGPASS"),
        (format!("redis://127.0.0.1:{plain}/4"), None, "DB index is out of range"),
    ] {
        let mut shell = Shell::of(&plan).set("REDIS_URL", &*url);
        if let Some(authority) = authority {
            shell = shell.set("REDIS_CA", &*authority.file);
        }
        let said = shell.run(&["check"]);
        let is_unused = said.err.contains("cache.W003") || said.err.contains("cache.W010");
        assert_eq!(is_unused, !want.is_empty(), "{url}: {said:?}");
        assert!(said.err.contains(want) && !said.err.contains("hunter"), "{url}: {want}: {said:?}");
    }
    let app = plan
        .set("REDIS_URL", format!("rediss://localhost:{open}"))
        .set("REDIS_CA", &*ours.file)
        .without_memory()
        .start()
        .await;
    app.reader.get("/properties/").await;
    let again = app.reader.get("/properties/").await;
    assert!(again.cache_status().starts_with("page-redis; hit"), "{}", again.cache_status());
}

#[tokio::test]
async fn a_valkey_is_used_like_a_redis() {
    let Some(valkey) = OwnRedis::start_valkey().await else {
        return;
    };
    let plan = Plan::new().await.without_memory().set("REDIS_URL", valkey.url());
    let said = Shell::of(&plan).run(&["check"]);
    assert!(!said.err.contains("cache.W003") && !said.err.contains("cache.W010"), "{said:?}");
    let app = plan.start().await;
    app.reader.get("/properties/").await;
    let again = app.reader.get("/properties/").await;
    assert!(again.cache_status().starts_with("page-redis; hit"), "{}", again.cache_status());
}

#[test]
fn addresses_that_can_not_be_used_are_named_with_the_variable() {
    let missing = "/nowhere/ca.crt";
    for (url, authority, variable, want) in [
        ("http://:hunter2@host", "", "REDIS_URL", "redis+sentinel://"),
        ("redis+sentinel://:hunter2@host", "", "REDIS_URL", "must name the master"),
        ("redis+cluster://:hunter2@host/1", "", "REDIS_URL", "no database but 0"),
        ("redis+cluster://:hunter2@host:port", "", "REDIS_URL", "redis+cluster://"),
        ("rediss://:hunter2@host?sslcert=/a", "", "REDIS_URL", "sslkey"),
        ("rediss://:hunter2@host", missing, "REDIS_CA", missing),
    ] {
        let shell = Shell::bare().set("REDIS_URL", url).set("REDIS_CA", authority);
        let err = shell.run(&["check"]).failed(2);
        let line = err.lines().find(|line| line.contains(&format!("{variable}=")));
        assert!(line.is_some_and(|line| line.contains(want)), "{url}: {err}");
        assert!(!err.contains("hunter"), "{err}");
    }
}
