//! The client of a request, as a proxy reports it.

use reqwest::Method;

use crate::harness::{App, Browser, PASSWORD, Page, Plan};

const PUBLIC: &str = "https://homes.example";

async fn behind_a_proxy() -> App {
    let plan = Plan::new().await.set("TRUSTED_PROXIES", "127.0.0.0/8");
    plan.set("SITE_URL", PUBLIC).start().await
}

/// Sends the login form as a proxy forwards it.
async fn log_in(browser: &Browser, password: &str, headers: &[(&str, &str)]) -> Page {
    let form = browser.get_with("/admin/login/", headers).await;
    // The cookie is Secure, but the proxy's own connection is not.
    let cookie = form.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let token = form.field("csrf_token");
    let mut request = browser.request(Method::POST, "/admin/login/").header("cookie", cookie);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = format!("csrf_token={token}&username=ada&password={password}");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    browser.send(request.body(body)).await
}

#[tokio::test]
async fn each_client_behind_a_trusted_proxy_is_throttled_by_its_own_address() {
    let app = behind_a_proxy().await;
    let visitor = app.stranger();
    let from = |address: &'static str| [("x-forwarded-for", address)];
    for attempt in 0..6 {
        // The addresses that the client wrote come before the one that the proxy appends.
        let forged = format!("192.0.2.{attempt}, 203.0.113.9");
        let page = log_in(&visitor, "wrong", &[("x-forwarded-for", &forged)]).await;
        page.assert_status(if attempt < 5 { 422 } else { 429 });
    }
    log_in(&visitor, "wrong", &[("forwarded", "for=\"[2001:db8::9]:4711\"")]).await;
    let addresses = "SELECT string_agg(DISTINCT address, ' ' ORDER BY address) FROM login_event";
    assert_eq!(app.database.value(addresses).await, "2001:db8::9 203.0.113.9");
    log_in(&app.stranger(), PASSWORD, &from("198.51.100.7")).await.assert_status(303);
}

#[tokio::test]
async fn a_form_is_the_sites_own_whatever_host_the_proxy_names() {
    let app = behind_a_proxy().await;
    let port = app.origin.rsplit(':').next().expect("a port").to_owned();
    for host in [format!("127.0.0.1:{port}"), "localhost".to_owned()] {
        let headers =
            [("host", host.as_str()), ("origin", PUBLIC), ("sec-fetch-site", "same-origin")];
        log_in(&app.stranger(), PASSWORD, &headers).await.assert_status(303);
    }
    let headers = [("host", "localhost"), ("origin", "https://other.example")];
    let refused = log_in(&app.stranger(), PASSWORD, &headers).await.assert_status(403);
    for told in ["https://other.example", "Host: localhost", "SITE_URL"] {
        assert!(refused.has(told), "{told}: {}", refused.text());
    }
    let headers = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    log_in(&app.stranger(), PASSWORD, &headers).await.assert_status(403);
}

#[tokio::test]
async fn health_is_told_to_every_host_and_nothing_else_is() {
    let app = behind_a_proxy().await;
    for (path, status) in
        [("/healthz", 200), ("/readyz", 200), ("/properties/", 400), ("/metrics", 400)]
    {
        for host in ["10.1.2.3:8000", "pod-7.cluster.local"] {
            assert_eq!(app.get_raw(path, host).await.status, status, "{path} {host}");
        }
    }
}

#[tokio::test]
async fn the_request_id_of_a_trusted_proxy_is_echoed_and_every_other_is_replaced() {
    let generated = |id: &str| id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit());
    let id = async |app: &App, name: &str, value: &str| {
        // The first request renders the page, the second is answered from memory.
        let ids = [(); 2].map(async |()| {
            let page = app.reader.get_with("/properties/", &[(name, value)]).await;
            page.header("x-request-id").to_owned()
        });
        let [first, second] = ids;
        let (first, second) = (first.await, second.await);
        assert_eq!(generated(&first), generated(&second), "{first} {second}");
        first
    };
    let app = behind_a_proxy().await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    assert_eq!(id(&app, "x-request-id", "req-1.of:proxy").await, "req-1.of:proxy");
    assert_eq!(id(&app, "traceparent", &parent).await, trace);
    for wrong in ["a b", "\"><script>", &"a".repeat(129), "00-xyz"] {
        let id = id(&app, "x-request-id", wrong).await;
        assert!(generated(&id) || id == "00-xyz", "{wrong}: {id}");
    }
    let failed = app.reader.get_with("/properties/9/", &[("x-request-id", "req-2")]).await;
    assert!(failed.assert_status(404).has("req-2"));
    let app = Plan::with_homes(1).await.start().await;
    for (name, value) in [("x-request-id", "req-1"), ("traceparent", &parent)] {
        assert!(generated(&id(&app, name, value).await), "{name}");
    }
}
