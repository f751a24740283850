//! A database for each test, made from a migrated template.

use std::sync::atomic::{AtomicU32, Ordering};

use property_listings::cache::Cache;
use property_listings::config::{CacheConfig, Config, MediaChoice};
use property_listings::db::Database;
use property_listings::db::migrations::{self, Patience};
use property_listings::domain::{Password, Username};
use property_listings::media::{Media, Store};
use property_listings::services::{Loopback, Services};
use tokio_postgres::{Client, NoTls};

use super::app::process;
use super::{PASSWORD, shared, until};

/// The role that owns everything in the tests' databases.
pub(super) const OWNER: &str = "property_listings";
const TEMPLATE: &str = "template_site";

/// A database for one test; dropped with this value.
pub(crate) struct TestDatabase {
    pub(crate) name: String,
    /// The directory of its server's socket.
    pub(crate) sockets: String,
    keep: bool,
}

/// A fresh database with the schema and without listings, for code that needs no site.
pub(crate) async fn database() -> Database {
    let mut database = TestDatabase::create().await;
    // The pool may outlive every handle, so the database is left until the end of the run.
    database.keep = true;
    Database::new(database.config(), 4).expect("a pool")
}

impl TestDatabase {
    pub(crate) async fn create() -> Self {
        Self::create_from(TEMPLATE, &shared().postgres).await
    }

    /// A database on another server; it ends with that server.
    pub(super) async fn create_on(sockets: &str) -> Self {
        let mut database = Self::create_from(TEMPLATE, sockets).await;
        database.keep = true;
        database
    }

    /// A database without tables.
    pub(crate) async fn create_empty() -> Self {
        Self::create_from("template1", &shared().postgres).await
    }

    /// The same on another server; it ends with the server.
    pub(super) async fn create_empty_on(sockets: &str) -> Self {
        let mut database = Self::create_from("template1", sockets).await;
        database.keep = true;
        database
    }

    async fn create_from(template: &str, sockets: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("t{}_{number}", process());
        let client = connect(&config_of("postgres", sockets)).await;
        let create = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy");
        client.batch_execute(&create).await.expect("created");
        Self { name, sockets: sockets.to_owned(), keep: false }
    }

    /// Another handle to the same database; the first one drops it.
    pub(crate) fn same(&self) -> Self {
        Self { name: self.name.clone(), sockets: self.sockets.clone(), keep: true }
    }

    /// How to connect as the owner of the tables, without the site's proxy.
    pub(crate) fn config(&self) -> tokio_postgres::Config {
        config_of(&self.name, &self.sockets)
    }

    /// The value of `DATABASE_URL` for a role, with a socket's directory.
    pub(crate) fn url(&self, role: &str, sockets: &str) -> String {
        format!("host={sockets} user={role} dbname={}", self.name)
    }

    /// A separate connection, like that of `psql`.
    pub(crate) async fn psql(&self) -> Client {
        connect(&self.config()).await
    }

    /// Runs statements on a separate connection.
    pub(crate) async fn run(&self, sql: &str) {
        let done = self.psql().await.batch_execute(sql).await;
        done.unwrap_or_else(|err| panic!("{sql}: {err:?}"));
    }

    /// Applies the migrations up to a number.
    pub(crate) async fn migrate_to(&self, version: i32) {
        let pool = Database::new(self.config(), 1).expect("a pool");
        let mut some = migrations::all();
        some.retain(|migration| migration.version() <= version);
        let applied = migrations::apply(&pool, &some, Patience::USUAL, &|_| {}).await;
        applied.unwrap_or_else(|err| panic!("{err}"));
    }

    /// The first column of the first row, as text.
    pub(crate) async fn value(&self, sql: &str) -> String {
        let messages = self.psql().await.simple_query(sql).await;
        let messages = messages.unwrap_or_else(|err| panic!("{sql}: {err:?}"));
        let mut values = messages.iter().filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => {
                Some(row.get(0).unwrap_or("NULL").to_owned())
            }
            _ => None,
        });
        values.next().unwrap_or_default()
    }

    /// Locks a table against every other connection until the result is released.
    pub(crate) async fn lock(&self, table: &str) -> Locked {
        let client = self.psql().await;
        let lock = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
        client.batch_execute(&lock).await.expect("locked");
        Locked(client)
    }

    /// Returns when `count` statements wait for locks.
    pub(crate) async fn has_waiting(&self, count: usize) {
        let sql = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        until("statements wait for locks", async || {
            self.value(sql).await.parse::<usize>().expect("a number") >= count
        })
        .await;
    }

    /// Runs some work while a transaction is open. The transaction ends when this many statements of the work wait for
    /// it.
    pub(crate) async fn held_up<T>(
        &self,
        begin: &str,
        waiting: usize,
        end: &str,
        work: impl Future<Output = T>,
    ) -> T {
        let psql = self.psql().await;
        psql.batch_execute(&format!("BEGIN; {begin}")).await.expect("begun");
        let ending = async {
            self.has_waiting(waiting).await;
            psql.batch_execute(end).await.expect("ended");
        };
        tokio::join!(work, ending).0
    }

    /// The number of changes in the history.
    pub(crate) async fn changes(&self) -> String {
        self.value("SELECT count(*) FROM history").await
    }

    /// The number of listings.
    pub(crate) async fn listings(&self) -> String {
        self.value("SELECT count(*) FROM property").await
    }
}

/// A locked table; dropping it closes the connection, and so releases the lock.
pub(crate) struct Locked(Client);

impl Locked {
    pub(crate) async fn release(&self) {
        self.0.batch_execute("ROLLBACK").await.expect("released");
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.keep || std::thread::panicking() {
            return;
        }
        let sockets = self.sockets.clone();
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let dropping = async move {
            let client = connect(&config_of("postgres", &sockets)).await;
            client.batch_execute(&drop).await.expect("dropped");
        };
        // A destructor can't wait on the runtime in which it runs.
        let thread = std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(dropping);
        });
        thread.join().expect("the database was dropped");
    }
}

fn config_of(database: &str, sockets: &str) -> tokio_postgres::Config {
    let mut config = tokio_postgres::Config::new();
    config.host_path(sockets).user(OWNER).dbname(database);
    config
}

pub(crate) async fn connect(config: &tokio_postgres::Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.expect("PostgreSQL answers");
    tokio::spawn(connection);
    client
}

/// Sets up fast servers, and the template: the tests' data need not survive a crash.
pub(super) async fn make_template(mut server: tokio_postgres::Config) {
    let client = connect(server.dbname("postgres")).await;
    for sql in [
        "ALTER SYSTEM SET fsync = off",
        "ALTER SYSTEM SET synchronous_commit = off",
        "ALTER SYSTEM SET full_page_writes = off",
        "ALTER SYSTEM SET max_wal_size = '128MB'",
        "SELECT pg_reload_conf()",
        "DROP DATABASE IF EXISTS template_site WITH (FORCE)",
        "CREATE DATABASE template_site",
    ] {
        client.batch_execute(sql).await.expect("done");
    }
    let database = Database::new(server.dbname(TEMPLATE).clone(), 2).expect("a pool");
    migrations::migrate(&database).await.expect("migrated");
    create_accounts(database.clone()).await;
}

async fn create_accounts(database: Database) {
    let cache = Cache::new(&no_cache(), None);
    let nowhere = MediaChoice::Folder("/nonexistent".into());
    let media = Media::new(Store::open(&nowhere).expect("a store"));
    let mail = (None, "", None);
    let services =
        Services::new(database.clone(), cache, media, Loopback::default(), mail, Vec::new());
    let name = Username::parse("ada").expect("a name");
    let password = Password::parse(PASSWORD, &name, "").expect("a password");
    let created =
        services.accounts.create_superuser("a test", &name, "ada@homes.example", password);
    created.await.expect("created");
    let others = "INSERT INTO site_user (username, password_hash, is_active, is_staff, permissions)
        SELECT name, password_hash, active, staff, ARRAY['view', 'add', 'change', 'delete', 'cache']
        FROM site_user, (VALUES
            ('sam', true, true), ('ina', false, true), ('vic', true, false)
        ) AS others (name, active, staff)";
    database.client().await.expect("a client").batch_execute(others).await.expect("created");
}

fn no_cache() -> CacheConfig {
    let config = Config::from_variables(|name| (name == "REDIS_URL").then(|| "off".to_owned()));
    config.expect("the defaults are right").cache
}
