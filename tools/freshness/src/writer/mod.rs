//! Writers: change rows in every possible way, and record when each change was acknowledged.
//!
//! **Invariant:** a neighbourhood has one writer, so the versions of a row are written one after the other. A row whose
//! creation or deletion has an unknown outcome is not changed until it is looked up, long after.

mod command;
mod form;
mod psql;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::ledger::{BULK_GROUP, BULK_STATE, GROUPS, Outcome, Row, State, Taker};
use crate::reader::{Reader, seen_everywhere, warm};
use crate::run::Run;

pub(crate) use psql::seed;

/// After this time, nothing that was sent before is still in transit.
const SETTLED: Duration = Duration::from_secs(15);
/// The minimum and maximum number of rows of a neighbourhood.
const SIZE: std::ops::Range<usize> = 6..14;

/// A change of a row to make.
#[derive(Clone)]
struct Change {
    row: Arc<Row>,
    version: usize,
    state: Option<State>,
}

/// The result of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Acknowledged(Instant, Taker),
    Refused,
    /// Nothing was sent.
    NotTried,
    Unknown,
}

/// The way in which a change is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Form,
    Psql,
    Command,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Psql => "psql",
            Self::Command => "loaddata",
        }
    }
}

/// A writer.
pub(crate) struct Writer {
    run: Arc<Run>,
    number: usize,
    groups: Vec<usize>,
    pace: Duration,
    rng: StdRng,
    form: form::Form,
    psql: psql::Psql,
    probes: Vec<Reader>,
    bulk_at: Instant,
}

impl Writer {
    /// Writer `number` of `of` writers.
    pub(crate) fn new(run: Arc<Run>, number: usize, of: usize, pace: Duration) -> Self {
        let stream = 10_000 + number as u64;
        let probe = |other: usize| Reader::new(run.clone(), stream * 100 + other as u64);
        Self {
            number,
            groups: (0..GROUPS).filter(|group| group % of == number).collect(),
            pace,
            rng: StdRng::seed_from_u64(run.seed.wrapping_mul(7_919).wrapping_add(stream)),
            form: form::Form::new(run.clone()),
            psql: psql::Psql::new(run.clone()),
            probes: (0..run.instances.len()).map(probe).collect(),
            bulk_at: run.begun + Duration::from_secs(3),
            run,
        }
    }

    /// Writes until the run is over.
    pub(crate) async fn write_on(mut self) {
        let run = self.run.clone();
        while !run.is_over() {
            let may = run.writing.read().await;
            self.step().await;
            drop(may);
            let pause = self.pace.mul_f64(self.rng.random_range(0.1..1.9));
            tokio::time::sleep(pause).await;
        }
    }

    async fn step(&mut self) {
        if self.number == 0 && Instant::now() > self.bulk_at {
            self.bulk_at = Instant::now() + Duration::from_secs(self.rng.random_range(4..12));
            let rows = self.run.ledger.members(BULK_GROUP).clone();
            return self.several(&rows).await;
        }
        let Some(group) = self.groups.choose(&mut self.rng).copied() else {
            return;
        };
        self.run.ledger.prune(group, Instant::now() - 2 * SETTLED);
        self.settle(group).await;
        let members = self.run.ledger.members(group).clone();
        let known: Vec<Arc<Row>> = members
            .into_iter()
            .filter(|row| !matches!(row.known(), Some(None)) && !is_in_doubt(row))
            .collect();
        match self.rng.random_range(0..100) {
            0..12 if known.len() < SIZE.end => self.create(group).await,
            _ if known.len() < SIZE.start => self.create(group).await,
            12..24 if known.len() > SIZE.start => self.delete(&known).await,
            24..30 => self.several(&known).await,
            30..34 => self.rolled_back(&known).await,
            34..38 => self.slow(&known).await,
            _ => self.edit(&known).await,
        }
    }

    fn way(&mut self) -> Method {
        match self.rng.random_range(0..100) {
            0..50 => Method::Form,
            50..92 => Method::Psql,
            _ => Method::Command,
        }
    }

    /// A state near the row's current one: it may move, and its price may cross the filter's bound. The rows of the
    /// bulk group keep their state, even after a statement with an unknown outcome.
    fn near(&mut self, row: &Row) -> State {
        if row.group == BULK_GROUP {
            return BULK_STATE;
        }
        let mut state = match row.known() {
            Some(Some(state)) => state,
            _ => self.any(),
        };
        if self.rng.random_bool(0.3) {
            state.side = 1 - state.side;
        }
        if self.rng.random_bool(0.4) {
            state.band = self.rng.random_range(1..=9);
        }
        state
    }

    fn any(&mut self) -> State {
        State { side: self.rng.random_range(0..2), band: self.rng.random_range(1..=9) }
    }

    async fn edit(&mut self, rows: &[Arc<Row>]) {
        let Some(row) = rows.choose(&mut self.rng).cloned() else {
            return;
        };
        let (way, state) = (self.way(), self.near(&row));
        let probed = self.run.windows.is_healthy() && self.rng.random_bool(0.3);
        let query = match probed {
            true => warm(&mut self.probes, &row).await,
            false => None,
        };
        let begun = Instant::now();
        let (done, version) = self.make(way, &row, Some(state)).await;
        if let (Some(query), Done::Acknowledged(at, _)) = (query, done) {
            let time = seen_everywhere(&mut self.probes, &query, version, at).await;
            // If a fault began meanwhile, the period was not healthy.
            if let Some(time) = time
                && self.run.windows.during(begun, Instant::now()).is_empty()
            {
                self.run.report.seen(way.name(), time);
            }
        }
    }

    /// Makes one change of one row, and records the result.
    async fn make(&mut self, way: Method, row: &Arc<Row>, state: Option<State>) -> (Done, usize) {
        let creates = row.attempts().is_empty();
        // The form is opened first; the attempt begins afterwards.
        let form = match way {
            Method::Form => self.form.open(row, state).await,
            _ => None,
        };
        if way == Method::Form && form.is_none() {
            return (Done::NotTried, 0);
        }
        let change = self.begin(row, state);
        let done = match (way, form) {
            (_, Some(form)) => self.form.send(form, &change).await,
            (Method::Command, _) if state.is_some() => {
                let instance = self.run.instances.choose(&mut self.rng).cloned();
                command::load(&self.run, instance, std::slice::from_ref(&change)).await
            }
            _ => self.psql.one(&change, creates).await,
        };
        self.end(&change, done);
        let what = match (creates, state) {
            (true, _) => "created",
            (_, None) => "deleted",
            _ => "changed",
        };
        self.count(what, way.name(), done, 1);
        (done, change.version)
    }

    fn begin(&self, row: &Arc<Row>, state: Option<State>) -> Change {
        Change { row: row.clone(), version: row.begin(state), state }
    }

    fn end(&self, change: &Change, done: Done) {
        let outcome = match done {
            Done::Acknowledged(at, taker) => Outcome::Acknowledged { at, taker },
            Done::Refused | Done::NotTried => Outcome::Refused,
            Done::Unknown => Outcome::Open,
        };
        change.row.end(change.version, outcome);
    }

    fn count(&self, what: &'static str, way: &'static str, done: Done, rows: usize) {
        match done {
            Done::Acknowledged(..) => self.run.report.wrote(what, way, rows),
            Done::Refused => self.run.report.note(&format!("refused: {what}, {way}")),
            Done::Unknown => self.run.report.note(&format!("outcome unknown: {what}, {way}")),
            Done::NotTried => {}
        }
    }

    async fn create(&mut self, group: usize) {
        let row = self.run.ledger.add(group);
        let (way, state) = (self.way(), self.any());
        self.make(way, &row, Some(state)).await;
    }

    async fn delete(&mut self, rows: &[Arc<Row>]) {
        let certain: Vec<_> = rows.iter().filter(|row| row.known().is_some()).collect();
        let Some(row) = certain.choose(&mut self.rng).copied().cloned() else {
            return;
        };
        let way = if self.rng.random_bool(0.5) { Method::Form } else { Method::Psql };
        self.make(way, &row, None).await;
    }

    /// Changes many rows with one statement or one file.
    async fn several(&mut self, rows: &[Arc<Row>]) {
        let certain: Vec<_> = rows.iter().filter(|row| row.known().is_some()).collect();
        let bulk = rows.first().is_some_and(|row| row.group == BULK_GROUP);
        let rows = if bulk { rows.iter().collect() } else { certain };
        let mut changes = Vec::new();
        for row in rows {
            let state = self.near(row);
            changes.push(self.begin(row, Some(state)));
        }
        if changes.is_empty() {
            return;
        }
        let loads = !bulk && self.rng.random_bool(0.2);
        let (done, way) = match loads {
            true => {
                let instance = self.run.instances.choose(&mut self.rng).cloned();
                (command::load(&self.run, instance, &changes).await, "loaddata")
            }
            false => (self.psql.many(&changes).await, "psql"),
        };
        changes.iter().for_each(|change| self.end(change, done));
        let what = if bulk { "changed by a statement over 1,000" } else { "changed together" };
        self.count(what, way, done, changes.len());
    }

    /// Runs a transaction that is rolled back: no page may ever show its version.
    async fn rolled_back(&mut self, rows: &[Arc<Row>]) {
        let Some(row) = rows.choose(&mut self.rng).cloned() else {
            return;
        };
        let state = self.near(&row);
        let change = self.begin(&row, Some(state));
        let done = self.psql.rolled_back(&change).await;
        self.end(&change, done);
        self.run.report.wrote("rolled back", "psql", usize::from(done == Done::Refused));
    }

    /// Runs a transaction that stays open for a while before it commits.
    async fn slow(&mut self, rows: &[Arc<Row>]) {
        let Some(row) = rows.choose(&mut self.rng).cloned() else {
            return;
        };
        let state = self.near(&row);
        let open = Duration::from_millis(self.rng.random_range(20..400));
        let change = self.begin(&row, Some(state));
        let done = self.psql.slow(&change, open).await;
        self.end(&change, done);
        self.count("changed in a slow transaction", "psql", done, 1);
    }

    /// Looks up rows whose creation or deletion had an unknown outcome long ago.
    async fn settle(&mut self, group: usize) {
        let now = Instant::now();
        if self.run.windows.lacked_database(usize::MAX, now - SETTLED, now) {
            return;
        }
        let members = self.run.ledger.members(group).clone();
        for row in members.into_iter().filter(is_in_doubt) {
            let old = row.attempts().last().is_some_and(|last| last.begun < now - 2 * SETTLED);
            if old {
                self.psql.settle(&row).await;
            }
        }
    }
}

/// Whether it is unknown if a row exists.
fn is_in_doubt(row: &Arc<Row>) -> bool {
    let attempts = row.attempts();
    let mut tried = attempts.iter().enumerate().rev();
    let last = tried.find(|(_, attempt)| attempt.counts());
    match last {
        Some((_, attempt)) if attempt.outcome != Outcome::Open => false,
        Some((at, attempt)) => {
            let first = attempts[..at].iter().all(|before| !before.counts());
            first
                || attempt.state.is_none()
                || attempts[..at].iter().all(|a| !matches!(a.outcome, Outcome::Acknowledged { .. }))
        }
        None => attempts.is_empty(),
    }
}
