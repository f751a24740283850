//! Changes made directly in the database.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio_postgres::{Client, SimpleQueryMessage};

use super::{Change, Done};
use crate::ledger::{
    BULK_GROUP, BULK_ROWS, BULK_STATE, FIRST_ID, GROUPS, Ledger, Outcome, Row, State, Taker,
};
use crate::postgres::Access;
use crate::run::Run;

/// The time limit of a statement.
const PATIENCE: Duration = Duration::from_secs(12);
/// The first id that the database assigns to rows of the forms, far from the ids that are chosen here and in files.
const FIRST_GIVEN: i64 = 1_000_000_000;

/// Prevents a late statement from restoring an older version.
const FENCE: &str = "
    CREATE FUNCTION freshness_fence() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'an older version came late: % after %', NEW.title, OLD.title;
    END $$;
    CREATE TRIGGER freshness_fence BEFORE UPDATE ON property FOR EACH ROW
        WHEN (NEW.title COLLATE \"C\" < OLD.title COLLATE \"C\") EXECUTE FUNCTION freshness_fence();";

/// A writer's connection.
pub(super) struct Psql {
    run: Arc<Run>,
    client: Option<Client>,
}

/// Why a statement has no result.
enum Failure {
    /// There was no connection, so nothing was sent.
    NotSent,
    Refused(String),
    Unknown,
}

/// Adds the initial rows of a run.
pub(crate) async fn seed(access: &Access, ledger: &Ledger, seed: u64) -> anyhow::Result<()> {
    let client = access.connect().await?;
    let mut rng = StdRng::seed_from_u64(seed);
    let mut sql = String::from("BEGIN;");
    // The bulk rows come first, so that lists of the newest rows show the others.
    let bulk = (0..BULK_ROWS).map(|_| BULK_GROUP);
    for group in bulk.chain((0..9).flat_map(|_| 0..GROUPS)) {
        let state = match group {
            BULK_GROUP => BULK_STATE,
            _ => State { side: rng.random_range(0..2), band: rng.random_range(1..=9) },
        };
        let row = ledger.add(group);
        let version = row.begin(Some(state));
        row.set_id(FIRST_ID + i64::from(row.number));
        sql.push_str(&insert(&Change { row, version, state: Some(state) }, "'2026-01-01'"));
    }
    sql.push_str("COMMIT;");
    client.batch_execute(FENCE).await?;
    let given = format!("ALTER TABLE property ALTER COLUMN id RESTART WITH {FIRST_GIVEN}");
    client.batch_execute(&given).await?;
    client.batch_execute(&sql).await?;
    let at = Instant::now();
    let outcome = Outcome::Acknowledged { at, taker: Taker::Psql };
    for group in 0..=BULK_GROUP {
        ledger.members(group).iter().for_each(|row| row.end(1, outcome));
    }
    Ok(())
}

fn insert(change: &Change, created: &str) -> String {
    let (row, version) = (&change.row, change.version);
    let Some(state) = change.state else {
        return String::new();
    };
    let id = FIRST_ID + i64::from(row.number);
    format!(
        "INSERT INTO property (id, title, description, price, location, created_at)
         VALUES ({id}, '{}', 'About row {}.', {}, '{}', {created}::timestamptz + interval '1 second' * {});",
        row.title(version),
        row.number,
        row.price(state, version),
        row.place(state),
        row.number,
    )
}

/// Selects a row by its title, because its id may be unknown.
fn is_row(row: &Row) -> String {
    match row.id() {
        Some(id) => format!("id = {id}"),
        None => format!("title LIKE 'Home {} v%'", row.number),
    }
}

fn update(changes: &[Change]) -> String {
    let mut values = String::new();
    for change in changes {
        let (row, version) = (&change.row, change.version);
        if let (Some(state), Some(id)) = (change.state, row.id()) {
            let comma = if values.is_empty() { "" } else { ", " };
            let (title, price, place) =
                (row.title(version), row.price(state, version), row.place(state));
            let _ = write!(values, "{comma}({id}, '{title}', {price}, '{place}')");
        }
    }
    format!(
        "UPDATE property SET title = v.title, price = v.price, location = v.location,
             status = CASE status WHEN 'active' THEN 'pending' WHEN 'pending' THEN 'active' ELSE status END
         FROM (VALUES {values}) AS v (id, title, price, location) WHERE property.id = v.id"
    )
}

impl Psql {
    pub(super) fn new(run: Arc<Run>) -> Self {
        Self { run, client: None }
    }

    /// Runs a statement; returns the number of affected rows.
    async fn execute(&mut self, sql: &str) -> Result<u64, Failure> {
        let messages = self.query(sql).await?;
        let counts = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::CommandComplete(rows) => Some(*rows),
            _ => None,
        });
        Ok(counts.sum())
    }

    async fn query(&mut self, sql: &str) -> Result<Vec<SimpleQueryMessage>, Failure> {
        let client = match self.client.take().filter(|client| !client.is_closed()) {
            Some(client) => client,
            None => {
                let connected = self.run.postgres.connect().await;
                connected.map_err(|_| Failure::NotSent)?
            }
        };
        let answered = tokio::time::timeout(PATIENCE, client.simple_query(sql)).await;
        match answered {
            Ok(Ok(messages)) => {
                self.client = Some(client);
                Ok(messages)
            }
            // Only an error of the statement itself is certain to have changed nothing.
            Ok(Err(err)) => match err.as_db_error() {
                Some(refusal)
                    if matches!(&refusal.code().code()[..2], "22" | "23" | "40" | "42" | "P0") =>
                {
                    Err(Failure::Refused(refusal.message().to_owned()))
                }
                _ => Err(Failure::Unknown),
            },
            Err(_) => Err(Failure::Unknown),
        }
    }

    fn done(&self, result: Result<u64, Failure>, rows: usize) -> Done {
        match result {
            Ok(count) if count == rows as u64 => Done::Acknowledged(Instant::now(), Taker::Psql),
            Ok(count) => {
                let what = format!("{count} rows where {rows} were expected");
                self.run.report.sample(
                    &self.run,
                    "a row is not in the database as expected",
                    &what,
                );
                if count == 0 { Done::Refused } else { Done::Unknown }
            }
            Err(Failure::NotSent) => Done::NotTried,
            Err(Failure::Refused(message)) => {
                self.run.report.sample(&self.run, "psql was refused", &message);
                Done::Refused
            }
            Err(Failure::Unknown) => Done::Unknown,
        }
    }

    /// Creates, changes or deletes one row.
    pub(super) async fn one(&mut self, change: &Change, creates: bool) -> Done {
        let row = &change.row;
        let sql = match (creates, change.state) {
            (true, _) => {
                row.set_id(FIRST_ID + i64::from(row.number));
                insert(change, "'2026-06-01'")
            }
            // Readers can't distinguish drafts and withdrawn listings from deleted ones.
            (false, None) => match row.number % 3 {
                0 => format!("DELETE FROM property WHERE {}", is_row(row)),
                1 => format!("UPDATE property SET status = 'draft' WHERE {}", is_row(row)),
                _ => format!("UPDATE property SET status = 'withdrawn' WHERE {}", is_row(row)),
            },
            (false, Some(_)) => update(std::slice::from_ref(change)),
        };
        let result = self.execute(&sql).await;
        self.done(result, 1)
    }

    /// Changes several rows with one statement.
    pub(super) async fn many(&mut self, changes: &[Change]) -> Done {
        let result = self.execute(&update(changes)).await;
        self.done(result, changes.len())
    }

    pub(super) async fn rolled_back(&mut self, change: &Change) -> Done {
        let sql = format!("BEGIN; {}; ROLLBACK", update(std::slice::from_ref(change)));
        // In any case, it was never committed.
        drop(self.execute(&sql).await);
        Done::Refused
    }

    pub(super) async fn slow(&mut self, change: &Change, open: Duration) -> Done {
        let sql = format!("BEGIN; {}", update(std::slice::from_ref(change)));
        let begun = self.execute(&sql).await;
        if begun.is_err() {
            // The transaction ended with its connection or with an error before a commit was sent.
            self.client = None;
            return Done::Refused;
        }
        tokio::time::sleep(open).await;
        let committed = match self.client.as_ref().is_some_and(|client| !client.is_closed()) {
            true => self.execute("COMMIT").await.map(|_| 1),
            false => return Done::Refused,
        };
        self.done(committed, 1)
    }

    /// Looks up a row whose existence is uncertain, and records the result.
    pub(super) async fn settle(&mut self, row: &Arc<Row>) {
        let sql = format!(
            "SELECT id, title FROM property WHERE title LIKE 'Home {} v%' AND status IN ('active', 'pending')",
            row.number
        );
        let Ok(messages) = self.query(&sql).await else {
            return;
        };
        let found = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(found) => {
                let version = found.get(1)?.split_once(" v")?.1.get(..6)?.parse::<usize>().ok()?;
                Some((found.get(0)?.parse::<i64>().ok()?, version))
            }
            _ => None,
        });
        let outcome = Outcome::Acknowledged { at: Instant::now(), taker: Taker::Psql };
        let attempts = row.attempts().clone();
        if let Some((id, _)) = found {
            row.set_id(id);
        }
        for (at, attempt) in attempts.iter().enumerate() {
            if attempt.outcome != Outcome::Open {
                continue;
            }
            let version = at + 1;
            let happened = match found {
                Some((_, there)) => version == there,
                None => attempt.state.is_none(),
            };
            let superseded = found.is_some_and(|(_, there)| version < there);
            if happened {
                row.end(version, outcome);
            } else if !superseded && (found.is_some() || attempts.len() == version) {
                row.end(version, Outcome::Refused);
            }
        }
        self.run.report.note("looked up after an unknown outcome");
    }
}
