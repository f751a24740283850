//! Blocks readers between their snapshot and their result, and counts them, without changing the program.
//!
//! A row-level-security policy waits for an advisory lock that the test holds. The site's role must not own the table
//! or be a superuser, because the policy would not apply to it. A blocked reader sends a notice every second, because
//! the site gives up on a silent server sooner than some tests take.

use tokio_postgres::Client;

use super::{App, Plan, TestDatabase, shared, unique, until};

/// The readers to block: those of `property`, or those of `property_tally`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reader {
    Rows = 1,
    Count = 2,
}

/// Each round has its own locks, so that readers of a later one are not blocked. A statement is counted once, however
/// many rows it reads.
const SETUP: &str = "
    CREATE SEQUENCE hold_round;
    CREATE SEQUENCE hold_refusal;
    CREATE SEQUENCE loads_1;
    CREATE SEQUENCE loads_2;
    CREATE FUNCTION hold(place int) RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '1s' AS $$
    DECLARE
        statement text := place || '/' || statement_timestamp();
        lock int := place + 10 * (SELECT last_value FROM hold_round);
    BEGIN
        IF current_setting('hold.statement', true) IS DISTINCT FROM statement THEN
            PERFORM set_config('hold.statement', statement, false);
            PERFORM nextval('loads_' || place);
        END IF;
        LOOP
            BEGIN
                PERFORM pg_advisory_lock_shared(42, lock);
                PERFORM pg_advisory_unlock_shared(42, lock);
                EXIT;
            EXCEPTION WHEN lock_not_available THEN
                RAISE NOTICE 'held';
            END;
        END LOOP;
        IF (SELECT last_value FROM hold_refusal) = place + 1 THEN
            RAISE 'refused by the test';
        END IF;
        RETURN true;
    END
    $$;
    ALTER TABLE property ENABLE ROW LEVEL SECURITY;
    CREATE POLICY hold ON property FOR SELECT USING (hold(1));
    CREATE POLICY add ON property FOR INSERT WITH CHECK (true);
    CREATE POLICY change ON property FOR UPDATE USING (true);
    CREATE POLICY remove ON property FOR DELETE USING (true);
    ALTER TABLE property_tally ENABLE ROW LEVEL SECURITY;
    CREATE POLICY hold ON property_tally FOR SELECT USING (hold(2));";

impl Plan {
    /// Makes the site read as a role that owns nothing, whose reads can be blocked.
    pub(crate) async fn holdable(self) -> Self {
        let plan = self.sql(SETUP).await;
        let role = create_role(&plan.database).await;
        let url = plan.database.url(&role, &shared().postgres);
        plan.set("DATABASE_URL", url)
    }

    /// Makes the site read as the owner of the tables, whose reads are not blocked.
    pub(crate) fn unheld(self) -> Self {
        let url = self.database.url("property_listings", &self.database.sockets);
        self.set("DATABASE_URL", url)
    }
}

impl App {
    /// Blocks the reads of a holdable site until the result is released.
    pub(crate) async fn hold(&self, reader: Reader) -> Hold {
        Hold::new(&self.database, reader).await
    }
}

impl TestDatabase {
    /// The number of reads that could be blocked.
    pub(crate) async fn loads(&self, reader: Reader) -> i64 {
        let place = reader as i32;
        let sql =
            format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM loads_{place}");
        self.value(&sql).await.parse().expect("a number")
    }

    /// Makes every blockable read fail, or none any more.
    pub(crate) async fn refuse(&self, reader: Option<Reader>) {
        let place = reader.map_or(1, |reader| reader as i32 + 1);
        self.run(&format!("SELECT setval('hold_refusal', {place})")).await;
    }
}

/// A site that reads as a role that owns nothing, and another instance of it for writing, which is never blocked.
pub(crate) struct Held {
    pub(crate) reading: App,
    pub(crate) writing: App,
}

impl Held {
    /// Starts both without the memory tier.
    pub(crate) async fn start() -> Self {
        let plan = Plan::new().await.without_memory().homes(3).await;
        Self::of(plan).await
    }

    pub(crate) async fn of(plan: Plan) -> Self {
        let reading = plan.holdable().await.start().await;
        let writing = reading.another().unheld().start().await;
        Self { reading, writing }
    }

    /// Blocks reads until the result is released.
    pub(crate) async fn hold(&self, reader: Reader) -> Hold {
        self.reading.hold(reader).await
    }
}

/// A lock that blocks reads.
pub(crate) struct Hold {
    lock: Client,
}

impl Hold {
    pub(crate) async fn new(database: &TestDatabase, reader: Reader) -> Self {
        let lock = database.psql().await;
        let sql = format!(
            "SELECT pg_advisory_lock(42, {} + 10 * last_value::int) FROM hold_round",
            reader as i32
        );
        lock.batch_execute(&sql).await.expect("locked");
        Self { lock }
    }

    /// Returns when a reader is blocked.
    pub(crate) async fn somebody_waits(&self) {
        self.readers_wait(1).await;
    }

    /// Returns when `count` readers are blocked.
    pub(crate) async fn readers_wait(&self, count: i64) {
        until("a reader waits", async || self.waiting().await >= count).await;
    }

    /// The number of currently blocked readers.
    pub(crate) async fn waiting(&self) -> i64 {
        let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
            AND classid = 42 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        self.lock.query_one(sql, &[]).await.expect("answered").get(0)
    }

    /// Keeps only those readers blocked that have already begun to read.
    pub(crate) async fn lets_later_readers_pass(&self) {
        let next = "SELECT setval('hold_round', last_value + 1) FROM hold_round";
        self.lock.batch_execute(next).await.expect("done");
    }

    pub(crate) async fn release(self) {
        self.lock.batch_execute("SELECT pg_advisory_unlock_all()").await.expect("released");
    }
}

/// A role that may use the site's tables and owns none.
pub(crate) async fn create_role(database: &TestDatabase) -> String {
    let role = format!("role_{}", unique().replace('-', "_"));
    let sql = format!(
        "CREATE ROLE {role} LOGIN;
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
         GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"
    );
    database.run(&sql).await;
    role
}
