//! The command `manage_cache`.
//!
//! A command has no memory tier, and does not count hits or misses. For figures that only a running site has, the
//! output names the URL that shows them.

mod arguments;
mod parts;
mod print;

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use serde_json::{Value, json};
use url::{Host, Url};

use super::output::{self, OutputFormat};
use super::{CommandError, Result};
use crate::app::platform::{Platform, StartError};
use crate::app::serving::serve;
use crate::http;
use crate::services::{LoadTest, LoadTestRequest, LoopbackAddress, ServiceError};
pub(super) use arguments::CacheAction;
use parts::{ACTOR, as_configured, refused};

pub(super) async fn run(platform: &Platform, action: &CacheAction) -> Result<()> {
    let (verb, part) = (&action.what, &action.part);
    let management = &platform.services.management;
    let (result, print): (Value, fn(&Value)) = if verb.status {
        (status(platform).await, print::status)
    } else if verb.clear && (part.tag.is_some() || part.url.is_some()) {
        (parts::clear(platform, part).await?, print::cleared)
    } else if verb.clear {
        let cleared = management.clear(ACTOR).await?;
        (json!({"success": true, "cleared": cleared}), print::cleared)
    } else if verb.warm {
        (warm(platform).await?, print::warmed)
    } else if verb.test {
        (management.test().await, print::probe)
    } else if verb.test_signals {
        (management.test_signals().await?, print::steps)
    } else if let Some(url) = &verb.explain {
        (explain(platform, url).await?, print::explanation)
    } else if verb.load_test {
        (load_test(platform, action).await?, print::load_test)
    } else {
        (metrics(platform).await, print::metrics)
    };
    match action.format {
        OutputFormat::Json => output::json(&result),
        OutputFormat::Text => print(&result),
    }
    match result["success"] == true {
        true => Ok(()),
        false => Err(CommandError::Failed("some steps failed".into())),
    }
}

/// Waits until the probe of a signals test is deleted, even after the test was interrupted.
pub(super) async fn leave_no_probe(platform: &Platform) {
    let management = &platform.services.management;
    if let Some(place) = management.probes().first() {
        output::note(&format!(
            "Deleting the test listing in “{place}”. Ctrl-C leaves it in the database."
        ));
        management.probes_deleted().await;
    }
}

async fn status(platform: &Platform) -> Value {
    let mut status = platform.services.management.status().await;
    status["levels"]["page_memory"] = json!({
        "enabled": platform.config.cache.memory_bytes > 0, "reachable": false, "armed": null,
        "entries": null, "bytes": null,
    });
    status
}

async fn metrics(platform: &Platform) -> Value {
    let mut report = platform.services.management.report().await.json();
    report["metrics"]["analysis"]["cache_efficiency"] = json!(
        "Hits and misses are counted by each running instance: see /properties/redis-metrics/ there."
    );
    report
}

async fn explain(platform: &Platform, url: &str) -> Result<Value> {
    let page = http::explained(url, &as_configured(platform)?).map_err(refused)?;
    let explanation = platform.services.management.explain(&page).await;
    let explanation = explanation.without_memory();
    Ok(json!({"success": true, "url": url, "explanation": explanation}))
}

async fn warm(platform: &Platform) -> Result<Value> {
    require_redis(platform)?;
    let bar = output::progress(Some(0), "pages");
    let tell = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let warmed = beside_a_site(platform, platform.services.management.warm(&tell)).await;
    bar.finish_and_clear();
    let warmed = warmed?;
    // Entries that Redis lost in the meantime are not loaded again.
    require_redis(platform)?;
    Ok(json!({"success": warmed.failed == 0, "warmed": warmed}))
}

/// Fails without Redis, because a command has no other cache to warm.
fn require_redis(platform: &Platform) -> Result<()> {
    let refusals = platform.cache.tier_state().refusals;
    let refusal = refusals.iter().find(|refusal| !refusal.is_of_figures());
    let why = match (platform.cache.redis_is_up(), refusal) {
        (Some(_), Some(refusal)) => refusal.to_string(),
        (Some(true), None) if platform.owns_redis() => {
            "the private Redis runs only during this command".to_owned()
        }
        (Some(true), None) => return Ok(()),
        (Some(false), None) => "Redis can't be reached".to_owned(),
        (None, _) => "Redis is off (REDIS_URL)".to_owned(),
    };
    Err(CommandError::Failed(format!(
        "{why}, so this command has no cache to warm. To warm a running instance, use POST /properties/cache-warm/."
    )))
}

async fn load_test(platform: &Platform, action: &CacheAction) -> Result<Value> {
    let default = LoadTestRequest::default();
    let request = LoadTestRequest {
        requests: action.load.requests.unwrap_or(default.requests),
        concurrency: action.load.concurrency.unwrap_or(default.concurrency),
    };
    let testing = platform.services.management.load_test(request);
    let done = match &action.part.url {
        Some(url) => {
            let address = address_on_this_machine(url)?;
            platform.loopback.listens_on(LoopbackAddress::Tcp(address));
            testing.await?
        }
        None => beside_a_site(platform, testing).await?,
    };
    match done {
        LoadTest::Done(report) => Ok(json!(report)),
        LoadTest::Busy => Err(ServiceError::Interrupted.into()),
    }
}

fn address_on_this_machine(text: &str) -> Result<SocketAddr> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "http");
    let ip = match url.as_ref().and_then(Url::host) {
        Some(Host::Ipv4(ip)) => Some(ip.into()),
        Some(Host::Ipv6(ip)) => Some(ip.into()),
        Some(Host::Domain("localhost")) => Some(Ipv4Addr::LOCALHOST.into()),
        _ => None,
    };
    let ip = ip.filter(std::net::IpAddr::is_loopback);
    let port = url.as_ref().and_then(Url::port_or_known_default);
    ip.zip(port).map(SocketAddr::from).ok_or_else(|| {
        CommandError::Usage(format!(
            "--url: “{text}” is not a site on this machine. Enter a URL such as http://127.0.0.1:8000."
        ))
    })
}

/// Runs work with a temporary site on its own port, because only a site renders pages.
async fn beside_a_site<T>(
    platform: &Platform,
    work: impl Future<Output = Result<T, ServiceError>>,
) -> Result<T> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(StartError::Serve)?;
    let as_configured = as_configured(platform)?;
    let server = serve(platform, listener, as_configured).map_err(StartError::Serve)?;
    let handle: ServerHandle = server.handle();
    let running = tokio::spawn(server);
    let done = work.await;
    handle.stop(true).await;
    running.await.map_err(|_| ServiceError::Interrupted)?.map_err(StartError::Serve)?;
    Ok(done?)
}
