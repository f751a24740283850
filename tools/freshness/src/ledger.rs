//! A record of all writes: every row with every attempt to change it.
//!
//! A row's title is `Home NUMBER vVERSION WORD`: the checker's number of the row, the version of the attempt (1, 2, 3…)
//! and the word of its neighbourhood. The price's millions and above are the *band*, by which filters select; the rest
//! is the version again, so that a page that mixes two states of a row is detected.
//!
//! **Invariant:** only one writer at a time changes a row, and a trigger refuses a version that is older than the
//! stored one, so a late statement changes nothing.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Instant;

use crate::windows::Windows;

/// The number of neighbourhoods. Each has two places, between which its rows move.
pub(crate) const GROUPS: usize = 12;
/// The neighbourhood of the rows that only statements over more than 1,000 rows change.
pub(crate) const BULK_GROUP: usize = GROUPS;
/// The constant state of those rows, which the price filter never selects.
pub(crate) const BULK_STATE: State = State { side: 0, band: 1 };
/// The number of those rows.
pub(crate) const BULK_ROWS: u32 = 1_100;
/// The first id of rows that are created in the database or by a file.
pub(crate) const FIRST_ID: i64 = 10_000_000;
/// The lowest band that the price filter selects.
pub(crate) const DEAR: u32 = 8;
/// The number of prices in a band.
pub(crate) const BAND: u32 = 10_000_000;

const WORDS: [&str; GROUPS + 1] = [
    "anchor", "birch", "copper", "dune", "ember", "fjord", "glen", "harbour", "ivy", "jasmine",
    "kelp", "lantern", "moor",
];
const PLACES: [&str; GROUPS + 1] = [
    "Abbeyhill",
    "Balerno",
    "Craigmount",
    "Dalry",
    "Easter",
    "Fountain",
    "Gorgie",
    "Haymarket",
    "Inverleith",
    "Joppa",
    "Kirkliston",
    "Liberton",
    "Muirhouse",
];

/// The content of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    /// The index of the place in its neighbourhood, 0 or 1.
    pub(crate) side: u8,
    /// 1 to 9.
    pub(crate) band: u32,
}

/// Who took a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taker {
    /// An instance, by the admin's form, in one of its lives.
    Instance { number: usize, epoch: u32 },
    /// `psql`.
    Psql,
    /// `loaddata`.
    Command,
}

/// The outcome of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It has not ended, or its outcome is unknown.
    Open,
    /// It changed nothing.
    Refused,
    /// It was acknowledged.
    Acknowledged { at: Instant, taker: Taker },
    /// The database lost it. From `until` on, no page may show it; `None` while that is unknown.
    Lost { until: Option<Instant> },
}

/// An attempt to change a row. Its version is its index, counted from one.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// The new content; `None` deletes the row.
    pub(crate) state: Option<State>,
    pub(crate) begun: Instant,
    pub(crate) outcome: Outcome,
}

impl Attempt {
    /// Whether the database has it, or may have it.
    pub(crate) fn counts(&self) -> bool {
        !matches!(self.outcome, Outcome::Refused | Outcome::Lost { .. })
    }

    /// Whether a page that is requested at a moment may show it.
    pub(crate) fn may_show(&self, begun: Instant) -> bool {
        match self.outcome {
            Outcome::Refused => false,
            Outcome::Lost { until } => until.is_none_or(|until| begun < until),
            Outcome::Open | Outcome::Acknowledged { .. } => true,
        }
    }
}

/// A row.
pub(crate) struct Row {
    pub(crate) number: u32,
    pub(crate) group: usize,
    /// The site's id of the row; 0 while it is unknown.
    id: AtomicI64,
    attempts: RwLock<Vec<Attempt>>,
}

impl Row {
    pub(crate) fn id(&self) -> Option<i64> {
        Some(self.id.load(Ordering::Acquire)).filter(|id| *id != 0)
    }

    pub(crate) fn set_id(&self, id: i64) {
        self.id.store(id, Ordering::Release);
    }

    pub(crate) fn attempts(&self) -> RwLockReadGuard<'_, Vec<Attempt>> {
        self.attempts.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records an attempt before it is made; returns its version.
    pub(crate) fn begin(&self, state: Option<State>) -> usize {
        let mut attempts = self.attempts.write().unwrap_or_else(PoisonError::into_inner);
        attempts.push(Attempt { state, begun: Instant::now(), outcome: Outcome::Open });
        attempts.len()
    }

    /// Records the outcome of an attempt.
    pub(crate) fn end(&self, version: usize, outcome: Outcome) {
        let mut attempts = self.attempts.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(attempt) = attempts.get_mut(version - 1) {
            attempt.outcome = outcome;
        }
    }

    pub(crate) fn title(&self, version: usize) -> String {
        format!("Home {} v{version:06} {}", self.number, word(self.group))
    }

    pub(crate) fn price(&self, state: State, version: usize) -> u32 {
        price(state, version)
    }

    pub(crate) fn place(&self, state: State) -> String {
        place(self.group, state.side)
    }

    /// The content, if it is known: the last attempt that was not refused has ended.
    pub(crate) fn known(&self) -> Option<Option<State>> {
        let attempts = self.attempts();
        let last = attempts.iter().rev().find(|attempt| attempt.counts());
        match last {
            Some(attempt) if attempt.outcome == Outcome::Open => None,
            Some(attempt) => Some(attempt.state),
            None => Some(None),
        }
    }
}

/// The word in the titles of a neighbourhood.
pub(crate) fn word(group: usize) -> &'static str {
    WORDS[group]
}

/// The price of a version of a row.
pub(crate) fn price(state: State, version: usize) -> u32 {
    state.band * BAND + u32::try_from(version).unwrap_or(u32::MAX) % BAND
}

/// A place's name.
pub(crate) fn place(group: usize, side: u8) -> String {
    format!("{} {}", PLACES[group], if side == 0 { "North" } else { "South" })
}

/// When a write is due for a reader of an instance.
pub(crate) fn due(
    windows: &Windows,
    (at, taker): (Instant, Taker),
    reader: (usize, u32),
) -> Option<Instant> {
    match taker {
        Taker::Instance { number, epoch } if (number, epoch) == reader => Some(at),
        _ => windows.due(at),
    }
}

/// All rows.
pub(crate) struct Ledger {
    rows: RwLock<Vec<Arc<Row>>>,
    members: Vec<RwLock<Vec<Arc<Row>>>>,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self { rows: RwLock::default(), members: (0..=GROUPS).map(|_| RwLock::default()).collect() }
    }

    /// Adds a row that was never written.
    pub(crate) fn add(&self, group: usize) -> Arc<Row> {
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        let row = Arc::new(Row {
            number: u32::try_from(rows.len()).unwrap_or(u32::MAX),
            group,
            id: AtomicI64::new(0),
            attempts: RwLock::default(),
        });
        rows.push(row.clone());
        drop(rows);
        let members = self.members[group].write();
        members.unwrap_or_else(PoisonError::into_inner).push(row.clone());
        row
    }

    pub(crate) fn row(&self, number: u32) -> Option<Arc<Row>> {
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        rows.get(usize::try_from(number).ok()?).cloned()
    }

    /// Records that the database lost every attempt that began after a moment, and until when pages may show them.
    pub(crate) fn lose(&self, since: Instant, until: Option<Instant>) {
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        for row in rows.iter() {
            let mut attempts = row.attempts.write().unwrap_or_else(PoisonError::into_inner);
            let lost = attempts.iter_mut().filter(|attempt| attempt.begun > since);
            lost.filter(|attempt| attempt.outcome != Outcome::Refused)
                .for_each(|attempt| attempt.outcome = Outcome::Lost { until });
        }
    }

    /// The rows of a neighbourhood, without those that were deleted long ago.
    pub(crate) fn members(&self, group: usize) -> RwLockReadGuard<'_, Vec<Arc<Row>>> {
        self.members[group].read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes members that are known to be deleted since before a moment; their attempts remain.
    pub(crate) fn prune(&self, group: usize, before: Instant) {
        let mut members = self.members[group].write().unwrap_or_else(PoisonError::into_inner);
        members.retain(|row| {
            let attempts = row.attempts();
            let last = attempts.iter().rev().find(|attempt| attempt.counts());
            let deleted = matches!(
                last,
                Some(Attempt { state: None, outcome: Outcome::Acknowledged { at, .. }, .. }) if *at < before
            );
            let never = last.is_none() && attempts.last().is_some_and(|last| last.begun < before);
            !(deleted || never)
        });
    }
}
