//! A running site for one test.
//!
//! It runs in a thread with its own runtime, like the program, so that a test may block, and so that all its
//! connections are closed when it is dropped.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::SystemTime;

use property_listings::app::site::Application;
use property_listings::app::stop::Stop;
use property_listings::config::{CacheVersions, Config, Listen, Patience};
use property_listings::db::Database;
use property_listings::events::Receiver;
use property_listings::services::{Range, Services};
use tokio::sync::oneshot;

use super::{Browser, Listing, Page, Proxy, TestDatabase, eventually, shared};

/// The `CACHE_API_TOKEN` of sites in tests.
pub(crate) const TOKEN: &str = "a-token-for-scripts-in-tests";

/// A site that has not started yet.
pub(crate) struct Plan {
    pub(crate) database: TestDatabase,
    pub(crate) variables: BTreeMap<&'static str, String>,
    receivers: Vec<Receiver>,
    versions: Option<[&'static str; 2]>,
    patience: Option<Patience>,
}

/// A running site; stopped when it is dropped.
pub(crate) struct App {
    /// The origin, such as `http://127.0.0.1:PORT`.
    pub(crate) origin: String,
    pub(crate) prefix: String,
    pub(crate) services: Services,
    /// A browser without cookies or a session.
    pub(crate) reader: Browser,
    pub(crate) variables: BTreeMap<&'static str, String>,
    running: Running,
    pub(crate) database: TestDatabase,
}

/// Stops a site when it is dropped.
struct Running {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A site with an empty database.
pub(crate) async fn spawn_app() -> App {
    Plan::new().await.start().await
}

/// A site with some listings; see [`Plan::homes`].
pub(crate) async fn spawn_homes(count: u32) -> App {
    Plan::with_homes(count).await.start().await
}

/// A site with some listings, and a browser in which a superuser is logged in.
pub(crate) async fn spawn_staffed(count: u32) -> (App, Browser) {
    let app = spawn_homes(count).await;
    let staff = app.staff().await;
    (app, staff)
}

/// A site with some listings, and the browsers of `ada` and `sam`.
pub(crate) async fn spawn_two(count: u32) -> (App, Browser, Browser) {
    let (app, ada) = spawn_staffed(count).await;
    let sam = app.staff_named("sam").await;
    (app, ada, sam)
}

/// A name that no other site of the run has.
pub(crate) fn unique() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("{}-{number}", process())
}

/// Identifies this process among all of the run: the system reuses process ids.
pub(super) fn process() -> &'static str {
    static PROCESS: LazyLock<String> = LazyLock::new(|| {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let nanos = since.map_or(0, |since| since.subsec_nanos());
        format!("{}x{nanos:x}", std::process::id())
    });
    &PROCESS
}

/// A new directory for one test, removed after the run.
pub(crate) fn scratch() -> PathBuf {
    let path = shared().directory.join("scratch").join(unique());
    std::fs::create_dir_all(&path).expect("the run's directory is writable");
    path
}

impl Plan {
    /// A site with its own database and key prefix, in production mode.
    pub(crate) async fn new() -> Self {
        Self::on(TestDatabase::create().await)
    }

    /// A site with some listings; see [`Plan::homes`].
    pub(crate) async fn with_homes(count: u32) -> Self {
        Self::new().await.homes(count).await
    }

    /// A site on a database.
    pub(crate) fn on(database: TestDatabase) -> Self {
        let variables = [
            ("DATABASE_URL", database.url("property_listings", &database.sockets)),
            ("REDIS_URL", shared().redis.clone()),
            ("CACHE_KEY_PREFIX", format!("test-{}", unique())),
            ("DATA_DIR", "/nonexistent/property-listings".to_owned()),
            ("MEDIA_URL", scratch().join("media").display().to_string()),
            ("PORT", "0".to_owned()),
            ("SITE_URL", "http://homes.example".to_owned()),
            ("SECRET_KEY", "a-key-for-tests-".repeat(3)),
            ("CACHE_API_TOKEN", TOKEN.to_owned()),
            ("WORKERS", "1".to_owned()),
            // Tests of jobs turn it on; in other tests no job may run in between.
            ("WORKER", "off".to_owned()),
            ("DATABASE_POOL_SIZE", "4".to_owned()),
        ];
        Self {
            database,
            variables: variables.into(),
            receivers: Vec::new(),
            versions: None,
            patience: None,
        }
    }

    /// Sets a variable of the configuration.
    pub(crate) fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        // Development mode is only for this machine.
        if name == "DEBUG" && value == "true" {
            self.variables.insert("SITE_URL", "http://homes.localhost".to_owned());
        }
        self.variables.insert(name, value);
        self
    }

    /// Turns the memory tier off, so that every page comes through Redis.
    pub(crate) fn without_memory(self) -> Self {
        self.set("PAGE_CACHE_MEMORY_MB", "0")
    }

    /// Puts a proxy between the site and its database.
    pub(crate) fn behind(self, postgres: &Proxy) -> Self {
        let url = self.database.url("property_listings", &postgres.directory());
        self.set("DATABASE_URL", url)
    }

    /// Starts the site behind a proxy to PostgreSQL.
    pub(crate) async fn behind_postgres(self) -> (Proxy, App) {
        let postgres = Proxy::to_postgres();
        let app = self.behind(&postgres).start().await;
        (postgres, app)
    }

    /// Starts the site behind a proxy to Redis.
    pub(crate) async fn behind_redis(self) -> (Proxy, App) {
        let redis = Proxy::to_redis();
        let app = self.set("REDIS_URL", redis.redis_url()).start().await;
        (redis, app)
    }

    /// Resets a configuration variable to its default.
    pub(crate) fn unset(mut self, name: &'static str) -> Self {
        self.variables.remove(name);
        self
    }

    /// Acts as another release: with other versions of pages, and of query results and counts.
    pub(crate) fn release(mut self, page: &'static str, data: &'static str) -> Self {
        self.versions = Some([page, data]);
        self
    }

    /// Other limits for slow clients.
    pub(crate) fn patience(mut self, patience: Patience) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Another receiver of events.
    pub(crate) fn receiver(mut self, receiver: Receiver) -> Self {
        self.receivers.push(receiver);
        self
    }

    /// Runs statements before the site starts.
    pub(crate) async fn sql(self, sql: &str) -> Self {
        self.database.run(sql).await;
        self
    }

    /// Adds listings before the site starts: number `n` is “Home n”, costs `n` thousand and is a minute newer than the
    /// previous one; odd ones are in Leith, even ones in Joppa. They are removed from the event log: if another
    /// transaction of the server is older, a starting site would apply them and invalidate its first pages.
    pub(crate) async fn homes(self, count: u32) -> Self {
        if count == 0 {
            return self;
        }
        let sql = format!(
            "BEGIN; INSERT INTO property (title, description, price, location, created_at)
             SELECT 'Home ' || n, 'About home ' || n, n * 1000,
                    CASE n % 2 WHEN 1 THEN 'Leith' ELSE 'Joppa' END,
                    timestamptz '2026-01-01 00:00Z' + n * interval '1 minute'
             FROM generate_series(1, {count}) AS n;
             DELETE FROM event_log; DELETE FROM history; COMMIT"
        );
        self.sql(&sql).await
    }

    pub(crate) fn config(&self) -> Config {
        let variables = &self.variables;
        let config = Config::from_variables(|name| variables.get(name).cloned());
        let mut config = config.expect("a configuration");
        if let Some([page, data]) = self.versions.map(|versions| versions.map(str::to_owned)) {
            config.cache.versions = CacheVersions { page, data };
        }
        if let Some(patience) = self.patience {
            config.site.patience = patience;
        }
        config
    }

    /// Starts the site.
    pub(crate) async fn start(self) -> App {
        let config = self.config();
        let prefix = config.cache.key_prefix.clone();
        let (running, started) = run(config, self.receivers).await;
        let origin = format!("http://{}", started.address);
        App {
            reader: Browser::new(&origin),
            origin,
            prefix,
            services: started.services,
            variables: self.variables,
            running,
            database: self.database,
        }
    }
}

struct Started {
    address: std::net::SocketAddr,
    services: Services,
}

async fn run(config: Config, receivers: Vec<Receiver>) -> (Running, Started) {
    let (tell, told) = oneshot::channel();
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.expect("a runtime").block_on(live(config, receivers, tell, stopped));
    });
    (Running { stop: Some(stop), thread: Some(thread) }, told.await.expect("the site starts"))
}

/// Runs the site like the program, from the start until it is told to stop.
async fn live(
    config: Config,
    receivers: Vec<Receiver>,
    tell: oneshot::Sender<Started>,
    stopped: oneshot::Receiver<()>,
) {
    let stop = Stop::never();
    let built = Box::pin(Application::build(config, false, receivers, &stop)).await;
    let application = built.expect("the site starts");
    let platform = application.platform();
    let Listen::Tcp(address) = *application.address() else { panic!("it has a port") };
    let started = Started { address, services: platform.services.clone() };
    let handle = application.handle();
    let _ = tell.send(started);
    let serving = application.run_until_stopped();
    let stopping = async move {
        // An error means that the site was dropped, which has the same effect.
        let _ = stopped.await;
        handle.stop(false).await;
    };
    let (served, ()) = tokio::join!(serving, stopping);
    served.expect("the site ends in peace");
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else {
            return;
        };
        assert!(thread.join().is_ok() || std::thread::panicking(), "the site failed");
    }
}

impl App {
    /// Requests a page without a session.
    pub(crate) async fn get(&self, path: &str) -> Page {
        self.reader.get(path).await
    }

    /// Requests a page as JSON.
    pub(crate) async fn get_json(&self, path: &str) -> serde_json::Value {
        let page = self.reader.get_with(path, &[("accept", "application/json")]).await;
        page.assert_status(200).json()
    }

    /// The `Cache-Status` of a page.
    pub(crate) async fn cache_status(&self, path: &str) -> String {
        self.get(path).await.cache_status().to_owned()
    }

    /// A browser in which a superuser is logged in.
    pub(crate) async fn staff(&self) -> Browser {
        self.staff_named("ada").await
    }

    pub(crate) async fn staff_named(&self, username: &str) -> Browser {
        let browser = Browser::new(&self.origin);
        browser.log_in(username).await;
        browser
    }

    /// Sets the permissions of `sam`, separated by commas.
    pub(crate) async fn permit(&self, permissions: &str) {
        let sql = "UPDATE site_user SET permissions = '{PERMISSIONS}' WHERE username = 'sam'";
        self.database.run(&sql.replace("PERMISSIONS", permissions)).await;
    }

    /// A browser without cookies.
    pub(crate) fn stranger(&self) -> Browser {
        Browser::new(&self.origin)
    }

    /// Runs statements in the site's database; returns the first column of the first row, as text.
    pub(crate) async fn sql(&self, sql: &str) -> String {
        self.database.value(sql).await
    }

    /// A pool to the site's database.
    pub(crate) fn pool(&self) -> Database {
        Database::new(self.database.config(), 4).expect("a pool")
    }

    /// Adds a listing with the use case alone, without a session whose state would be saved.
    pub(crate) async fn create_without_session(&self, listing: &Listing) {
        self.services.editor.create("a test", listing.parsed()).await.expect("created");
    }

    /// Returns when the site has applied every write so far: commits a write that affects no other page, and waits
    /// until the site has applied it.
    pub(crate) async fn has_heard_of_everything(&self) {
        let place = format!("Nowhere {}", unique());
        let path = format!("/properties/?location={place}");
        self.get(&path).await.assert_status(200);
        let insert = format!(
            "INSERT INTO property (title, description, price, location, created_at)
             VALUES ('Canary', 'D', 1, '{place}', '1970-01-01 00:00Z')"
        );
        self.database.run(&insert).await;
        let heard = async || self.get(&path).await.has("Canary").then_some(());
        eventually("the site hears of a write", heard).await;
    }

    /// Returns when the site has applied a first event, without reading listings.
    pub(crate) async fn has_heard_of_something(&self) {
        let management = &self.services.management;
        let heard = async || {
            let invalidations = management.overview(Range::default()).await.invalidations;
            (!invalidations.is_empty()).then_some(())
        };
        eventually("the site hears of a write", heard).await;
    }

    /// Another instance of this site, on the same servers.
    pub(crate) fn another(&self) -> Plan {
        Plan {
            database: self.database.same(),
            variables: self.variables.clone(),
            receivers: Vec::new(),
            versions: None,
            patience: None,
        }
    }

    /// Stops the site, and keeps its database for another one.
    pub(crate) fn stop(self) -> TestDatabase {
        drop(self.running);
        self.database
    }
}
