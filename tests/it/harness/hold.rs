//! Holds a reader between its snapshot and its answer, without any change to the program.
//!
//! A row-level-security policy waits for an advisory lock that the test has. The site's role may neither own the table
//! nor be a superuser, or the policy would not apply to it.

use tokio_postgres::Client;

use crate::harness::{App, Plan, TestDatabase, eventually, shared, unique};

/// The lock that readers of `property` wait for, and the one that readers of `property_tally` wait for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reader {
    Rows = 1,
    Count = 2,
}

const SETUP: &str = "
    CREATE FUNCTION hold(place int) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_lock_shared(42, place);
        PERFORM pg_advisory_unlock_shared(42, place);
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

/// A site that reads as a role that owns nothing, and another instance of it, for writing, that nothing holds.
pub(super) struct Held {
    pub(super) reading: App,
    pub(super) writing: App,
}

impl Held {
    pub(super) async fn start() -> Self {
        let plan = Plan::new()
            .await
            .without_memory()
            .homes(3)
            .await
            .sql(SETUP)
            .await;
        let role = create_role(&plan.database).await;
        let url = plan.database.url(&role, &shared().postgres);
        let owner = plan.variables["DATABASE_URL"].clone();
        let reading = plan.set("DATABASE_URL", url).start().await;
        let writing = reading.another().set("DATABASE_URL", owner).start().await;
        Self { reading, writing }
    }

    /// Keeps readers waiting until the result is released.
    pub(super) async fn hold(&self, reader: Reader) -> Hold {
        let lock = self.reading.database.psql().await;
        let sql = format!("SELECT pg_advisory_lock(42, {})", reader as i32);
        lock.batch_execute(&sql).await.expect("locked");
        Hold { lock }
    }
}

/// A lock that readers wait for.
pub(super) struct Hold {
    lock: Client,
}

impl Hold {
    /// Returns once somebody waits.
    pub(super) async fn somebody_waits(&self) {
        self.readers_wait(1).await;
    }

    /// Returns once so many wait.
    pub(super) async fn readers_wait(&self, count: i64) {
        let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
            AND classid = 42 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        eventually("a reader waits", async || {
            let row = self.lock.query_one(sql, &[]).await.expect("answered");
            (row.get::<_, i64>(0) >= count).then_some(())
        })
        .await;
    }

    pub(super) async fn release(self) {
        let unlock = self.lock.batch_execute("SELECT pg_advisory_unlock_all()");
        unlock.await.expect("released");
    }
}

/// A role that may use the site's tables, and owns none.
pub(super) async fn create_role(database: &TestDatabase) -> String {
    let role = format!("role_{}", unique().replace('-', "_"));
    let sql = format!(
        "CREATE ROLE {role} LOGIN;
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
         GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"
    );
    database.run(&sql).await;
    role
}
