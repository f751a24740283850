//! The host is checked before anything else.

use crate::harness::Plan;

#[tokio::test]
async fn a_foreign_host_is_refused_and_nothing_is_cached() {
    let app = Plan::new().await.homes(1).await.start().await;
    for host in [
        "evil.example",
        "localhost.evil.example",
        "",
        "a b",
        "127.0.0.1@evil.example",
        "localhost:80:80",
    ] {
        for target in ["/properties/", "/admin/login/", "/metrics", "/static/site.css"] {
            let answer = app.get_raw(target, host).await;
            assert_eq!(answer.status, 400, "{host}: {answer:?}");
        }
    }
    assert!(app.keys("page").await.is_empty());
    assert!(app.keys("all_properties").await.is_empty());
}

#[tokio::test]
async fn an_allowed_host_is_answered_with_any_port_or_case() {
    let app = Plan::new().await.homes(1).await.start().await;
    for host in ["localhost", "LOCALHOST:9", "127.0.0.1", "[::1]:8000", "localhost."] {
        let answer = app.get_raw("/properties/", host).await;
        assert_eq!(answer.status, 200, "{host}: {answer:?}");
        assert!(!answer.body.to_lowercase().contains("localhost"), "{host}");
    }
    assert_eq!(app.keys("page").await.len(), 1);
}

#[tokio::test]
async fn a_request_without_a_host_is_refused() {
    let app = Plan::new().await.homes(1).await.start().await;
    let answer = app.send_raw("GET /properties/ HTTP/1.1\r\nConnection: close\r\n\r\n").await;
    assert_eq!(answer.status, 400, "{answer:?}");
}

#[tokio::test]
async fn the_host_of_an_absolute_target_counts() {
    let app = Plan::new().await.homes(1).await.start().await;
    let answer = app.get_raw("http://evil.example/properties/", "localhost").await;
    assert_eq!(answer.status, 400, "{answer:?}");
    let answer = app.get_raw("http://localhost/properties/", "evil.example").await;
    assert!(matches!(answer.status, 200 | 400), "{answer:?}");
    assert!(!answer.body.contains("evil"), "{answer:?}");
}

#[tokio::test]
async fn configured_hosts_and_their_subdomains_are_answered() {
    let plan = Plan::new().await.homes(1).await;
    let app = plan.set("ALLOWED_HOSTS", "homes.example,.sub.example").start().await;
    for (host, want) in [
        ("homes.example", 200),
        ("sub.example", 200),
        ("a.sub.example", 200),
        ("badsub.example", 400),
        ("localhost", 400),
    ] {
        assert_eq!(app.get_raw("/properties/", host).await.status, want, "{host}");
    }
}
