//! Databases that lose transactions, and then assign their ids again: a failover to a lagging standby, dumps that are
//! restored in place, older files.

use std::time::Duration;

use futures_util::future::join_all;
use tokio_postgres::NoTls;

use crate::harness::{App, OwnPostgres, Plan, TestDatabase, eventually, until, until_within};

/// How soon after the end of a fault an instance must be up to date.
const BOUND: Duration = Duration::from_secs(5);

const PATHS: [&str; 4] =
    ["/properties/", "/properties/1/", "/properties/?location=Leith", "/properties/?format=json"];

/// A row and a title that the database will lose.
const LOST: &str = "INSERT INTO property (title, description, price, location, created_at)
        VALUES ('Lost home', 'D', 1, 'Leith', '2026-02-01 00:00Z');
    UPDATE property SET title = 'Lost title' WHERE id = 1";

/// Every table that a write to a listing changes.
const TABLES: [&str; 4] = ["property", "event_log", "history", "property_tally"];

/// Two instances on a database of a separate server.
struct Site {
    server: OwnPostgres,
    apps: Vec<App>,
}

impl Site {
    async fn start() -> Self {
        let server = OwnPostgres::start().await;
        let plan = Plan::on(server.database().await).homes(2).await;
        let first = plan.start().await;
        let second = first.another().start().await;
        Self { server, apps: vec![first, second] }
    }

    fn database(&self) -> &TestDatabase {
        &self.apps[0].database
    }

    /// Writes data that will be lost; every instance shows it, from memory and from Redis.
    async fn write_what_will_be_lost(&self) {
        self.database().run(LOST).await;
        for app in &self.apps {
            for path in PATHS {
                app.comes_to_show(path, "Lost ").await;
                app.has_in_memory(path).await;
            }
        }
    }

    /// Asserts that no instance, nor a new one, shows the lost data, and that all follow later writes.
    async fn shows_only_what_the_database_has(&mut self) {
        let third = self.apps[0].another().start().await;
        self.apps.push(third);
        for app in &self.apps {
            for path in PATHS {
                until_within(BOUND, "a right page", async || {
                    let page = app.get(path).await;
                    page.status == 200 && !page.is_stale() && !page.has("Lost ")
                })
                .await;
            }
        }
        // The numbers of the lost events are assigned again.
        for round in 0..8 {
            let title = format!("Round {round}");
            let sql = format!("UPDATE property SET title = '{title}' WHERE id = 1");
            self.database().run(&sql).await;
            for app in &self.apps {
                for path in PATHS {
                    until_within(BOUND, "the write shows", async || {
                        app.get(path).await.has(&title)
                    })
                    .await;
                }
            }
        }
        for app in &self.apps {
            for path in PATHS {
                assert!(!app.has_in_memory(path).await.has("Lost "), "{path}");
            }
        }
    }
}

/// The standby has everything so far, and receives nothing more.
async fn stop_receiving(standby: &OwnPostgres, database: &TestDatabase) {
    let value = async |sql: &str| {
        let config = standby.config(&database.name);
        let (client, connection) = config.connect(NoTls).await.ok()?;
        tokio::spawn(connection);
        Some(client.query_one(sql, &[]).await.ok()?.get::<_, i64>(0))
    };
    until("the standby has the rows", async || {
        value("SELECT count(*) FROM property").await == Some(2)
    })
    .await;
    standby.set("primary_conninfo", "").await;
    until("the standby receives nothing", async || {
        value("SELECT count(*) FROM pg_stat_wal_receiver").await == Some(0)
    })
    .await;
}

#[tokio::test]
async fn after_a_failover_that_lost_rows_no_instance_shows_them_and_reused_event_ids_are_applied() {
    let mut site = Site::start().await;
    let mut standby = site.server.standby().await;
    stop_receiving(&standby, site.database()).await;
    site.write_what_will_be_lost().await;
    standby.take_over(&mut site.server).await;
    std::mem::swap(&mut site.server, &mut standby);
    // Before the instances look again, the transaction ids are as before.
    for n in 0..2 {
        site.database().run(&format!("UPDATE property SET price = {n} WHERE id = 2")).await;
    }
    site.shows_only_what_the_database_has().await;
}

#[tokio::test]
async fn after_a_dump_is_restored_in_place_later_rows_are_not_shown() {
    let mut site = Site::start().await;
    let dump = site.server.tool("pg_dump", site.database(), &["--clean", "--if-exists"]);
    let dump = site.server.file("dump.sql", &dump);
    site.write_what_will_be_lost().await;
    site.server.tool("psql", site.database(), &["-q", "-v", "ON_ERROR_STOP=1", "-f", &dump]);
    site.shows_only_what_the_database_has().await;
}

#[tokio::test]
async fn a_dump_that_is_restored_while_no_instance_runs_is_noticed_at_the_start() {
    let mut site = Site::start().await;
    let dump = site.server.tool("pg_dump", site.database(), &["--clean", "--if-exists"]);
    let dump = site.server.file("dump.sql", &dump);
    site.write_what_will_be_lost().await;
    let plan = site.apps[0].another();
    site.apps.clear();
    site.server.tool("psql", &plan.database, &["-q", "-v", "ON_ERROR_STOP=1", "-f", &dump]);
    site.apps.push(plan.start().await);
    site.shows_only_what_the_database_has().await;
}

/// Restores the rows of some tables, after emptying them.
async fn restore_rows(empty: &str, tables: &[&str], options: &[&str]) {
    let mut site = Site::start().await;
    let mut words = vec!["--data-only"];
    words.extend(options);
    tables.iter().for_each(|table| words.extend(["-t", table]));
    let dump = site.server.tool("pg_dump", site.database(), &words);
    let empty = tables.iter().map(|table| format!("{empty} {table};\n"));
    let script = empty.collect::<String>() + &dump;
    let script = site.server.file("rows.sql", &script);
    site.write_what_will_be_lost().await;
    let words = ["-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", &script];
    site.server.tool("psql", site.database(), &words);
    site.shows_only_what_the_database_has().await;
}

#[tokio::test]
async fn after_deleted_rows_are_restored_later_rows_are_not_shown() {
    restore_rows("DELETE FROM", &["property", "event_log"], &[]).await;
}

#[tokio::test]
async fn after_rows_are_restored_past_the_triggers_later_rows_are_not_shown() {
    let restore = |empty| restore_rows(empty, &TABLES, &["--disable-triggers"]);
    tokio::join!(restore("TRUNCATE"), restore("DELETE FROM"));
}

#[tokio::test]
async fn after_a_crash_that_lost_asynchronous_commits_their_rows_are_not_shown() {
    let mut site = Site::start().await;
    for app in &site.apps {
        app.has_heard_of_everything().await;
    }
    site.server.set("wal_writer_delay", "10s").await;
    site.server.set("synchronous_commit", "off").await;
    site.write_what_will_be_lost().await;
    site.server.kill();
    site.server.begin().await;
    let lost = "SELECT count(*) FROM property WHERE title LIKE 'Lost %'";
    assert_eq!(site.database().value(lost).await, "0", "nothing was lost");
    site.shows_only_what_the_database_has().await;
}

#[tokio::test]
async fn after_a_recovery_to_a_point_in_time_later_rows_are_not_shown() {
    join_all([true, false].map(async |recover| {
        let mut site = Site::start().await;
        site.server.kill();
        site.server.copy_data("data", "backup");
        site.server.begin().await;
        for app in &site.apps {
            until("it follows again", async || app.is_armed().await).await;
        }
        site.write_what_will_be_lost().await;
        for app in &site.apps {
            app.has_heard_of_everything().await;
        }
        site.server.kill();
        site.server.copy_data("backup", "data");
        if recover {
            site.server.file("data/recovery.signal", "");
            let settings = "restore_command = 'false'\nrecovery_target_action = 'promote'\n";
            site.server.append("data/postgresql.auto.conf", settings);
        }
        site.server.begin().await;
        eventually("the server takes writes", async || {
            let config = site.database().config();
            let (client, connection) = config.connect(NoTls).await.ok()?;
            tokio::spawn(connection);
            let row = client.query_one("SELECT pg_is_in_recovery()", &[]).await.ok()?;
            (!row.get::<_, bool>(0)).then_some(())
        })
        .await;
        site.shows_only_what_the_database_has().await;
    }))
    .await;
}
