//! Checks a page against the writes that had been acknowledged when it was requested.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::beside;
use crate::counts::Rows;
use crate::ledger::{Attempt, BAND, Outcome, Row, Taker, due};
use crate::page::{Format, Shown, ShownRow};
use crate::query::{Query, Scope};
use crate::run::Run;
use crate::windows::{HEALTHY, Windows};

/// A reading of a page.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) query: &'a Query,
    pub(crate) instance: usize,
    pub(crate) epoch: u32,
    pub(crate) begun: Instant,
    pub(crate) ended: Instant,
    pub(crate) status: u16,
    pub(crate) cache_status: &'a str,
}

/// A fault that no page may have.
#[derive(Debug)]
pub(crate) struct Violation {
    /// The rule that was broken.
    pub(crate) rule: &'static str,
    pub(crate) what: String,
    /// How long the newer version had been due.
    pub(crate) late: Duration,
}

impl Violation {
    /// A violation that is wrong at any time.
    pub(crate) fn new(rule: &'static str, what: String) -> Self {
        Self { rule, what, late: Duration::ZERO }
    }
}

/// The states of a row that a page may show: the one that is due, or any that was attempted later.
pub(crate) struct Allowed<'a> {
    /// The version that is due; 0 for none.
    pub(crate) due: usize,
    pub(crate) attempts: &'a [Attempt],
    begun: Instant,
    before: Instant,
}

impl<'a> Allowed<'a> {
    pub(crate) fn of(windows: &Windows, attempts: &'a [Attempt], reading: &Reading<'_>) -> Self {
        let reader = (reading.instance, reading.epoch);
        let marked = reading.cache_status.contains("detail=stale-if-error");
        let is_due = |attempt: &Attempt| {
            let Outcome::Acknowledged { at, taker } = attempt.outcome else {
                return false;
            };
            // A page directly from the database has no excuse; a page marked as stale must only include what its own
            // instance acknowledged.
            let own =
                matches!(taker, Taker::Instance { number, epoch } if (number, epoch) == reader);
            let due = match (reading.query.uncached, marked) {
                (true, _) => Some(at),
                (false, true) => own.then_some(at),
                (false, false) => due(windows, (at, taker), reader),
            };
            due.is_some_and(|due| due <= reading.begun)
        };
        Self {
            due: attempts.iter().rposition(is_due).map_or(0, |at| at + 1),
            attempts,
            begun: reading.begun,
            before: reading.ended,
        }
    }

    /// Whether any possible state of the row matches, and whether all do. A row that was never written has none.
    pub(crate) fn some_and_all(&self, fits: impl Fn(&Attempt) -> bool) -> (bool, bool) {
        let (mut some, mut all) = (false, self.due > 0);
        for attempt in &self.attempts[self.due.saturating_sub(1)..] {
            if attempt.may_show(self.begun) && attempt.begun <= self.before {
                let fit = fits(attempt);
                some |= fit;
                all &= fit;
            }
        }
        (some, all)
    }
}

/// Checks a page.
pub(crate) fn page(
    run: &Run,
    reading: &Reading<'_>,
    shown: &Shown,
    count_all: bool,
) -> Vec<Violation> {
    let mut found = beside::judge(run, reading, shown, count_all);
    for row in &shown.rows {
        found.extend(row_of(run, reading, row, true));
    }
    if matches!(reading.query.format, Format::Places | Format::SiteMap) {
        return found;
    }
    let full = reading.query.room.is_none_or(|room| shown.rows.len() >= room);
    let judges_count = count_all || !matches!(reading.query.scope, Scope::All);
    if full && !(judges_count && shown.count.is_some()) {
        return found;
    }
    for group in reading.query.scope.groups().filter(|_| !full) {
        for row in run.ledger.members(group).iter() {
            let attempts = row.attempts();
            let allowed = Allowed::of(&run.windows, &attempts, reading);
            let admits = |attempt: &Attempt| reading.query.scope.admits(row, attempt.state);
            let (_, must) = allowed.some_and_all(admits);
            if must && !shown.rows.iter().any(|shown| shown.number == row.number) {
                found.push(violation(
                    run,
                    reading,
                    row,
                    &allowed,
                    (allowed.due - 1, "a row is missing"),
                ));
            }
        }
    }
    if let Some(count) = shown.count
        && !matches!(reading.query.scope, Scope::Row(_) | Scope::Part)
        && reading.query.kind != "cursor json"
    {
        let rows = Rows::of(&reading.query.scope);
        found.extend(rows.judge(run, reading, "count", "the list", count));
    }
    found
}

/// Checks the answer that a row does not exist.
pub(crate) fn absence(run: &Run, reading: &Reading<'_>) -> Option<Violation> {
    let Scope::Row(row) = &reading.query.scope else {
        let what = "a list does not exist".to_owned();
        return Some(Violation::new("unexpected 404", what));
    };
    let attempts = row.attempts();
    let allowed = Allowed::of(&run.windows, &attempts, reading);
    let (_, must) = allowed.some_and_all(|attempt| attempt.state.is_some());
    must.then(|| {
        violation(run, reading, row, &allowed, (allowed.due - 1, "404 for a row that exists"))
    })
}

/// Checks a row, which is one of the page's own or a similar one.
pub(crate) fn row_of(
    run: &Run,
    reading: &Reading<'_>,
    shown: &ShownRow,
    own: bool,
) -> Option<Violation> {
    let Some(row) = run.ledger.row(shown.number) else {
        let what = format!("{shown:?} was never written");
        return Some(Violation::new("never written", what));
    };
    let attempts = row.attempts();
    let allowed = Allowed::of(&run.windows, &attempts, reading);
    let attempt = shown.version.checked_sub(1).and_then(|at| attempts.get(at));
    let state = attempt.and_then(|attempt| {
        let written = attempt.may_show(reading.begun) && attempt.begun <= reading.ended;
        attempt.state.filter(|_| written)
    });
    let Some(state) = state else {
        let what = describe(run, &row, &allowed, reading, &format!("shows {shown:?}"));
        return Some(Violation::new("never written", what));
    };
    let right = shown.price == row.price(state, shown.version) && shown.place == row.place(state);
    if !right || !is_whole(shown) {
        let what = describe(run, &row, &allowed, reading, &format!("shows {shown:?}"));
        return Some(Violation::new("mixed states", what));
    }
    let text = format!("shows version {}", shown.version);
    if shown.version < allowed.due {
        return Some(violation(run, reading, &row, &allowed, (shown.version, &text)));
    }
    (own && !reading.query.scope.admits(&row, Some(state))).then(|| {
        let what = describe(run, &row, &allowed, reading, &text);
        Violation::new("row on the wrong page", what)
    })
}

/// The violation of a page that is older than required.
pub(crate) fn violation(
    run: &Run,
    reading: &Reading<'_>,
    row: &Row,
    allowed: &Allowed<'_>,
    (shown, text): (usize, &str),
) -> Violation {
    // The first missed write shows how long the page has been out of date.
    let reader = (reading.instance, reading.epoch);
    let missed = allowed.attempts[shown..allowed.due].iter();
    let since = missed.filter_map(|attempt| match attempt.outcome {
        Outcome::Acknowledged { at, taker } => due(&run.windows, (at, taker), reader),
        _ => None,
    });
    let since = since.min().unwrap_or(reading.begun);
    let attempt = &allowed.attempts[allowed.due - 1];
    let rule = match attempt.outcome {
        _ if reading.query.uncached => "no-cache: 0 ms",
        Outcome::Acknowledged { taker: Taker::Instance { number, epoch }, .. }
            if (number, epoch) == (reading.instance, reading.epoch) =>
        {
            "own instance: 0 ms"
        }
        Outcome::Acknowledged { at, .. } if run.windows.during(at, at + HEALTHY).is_empty() => {
            "other writers: 100 ms"
        }
        _ => "after a fault: 5 s",
    };
    Violation {
        rule,
        what: describe(run, row, allowed, reading, text),
        late: reading.begun.saturating_duration_since(since),
    }
}

pub(crate) fn describe(
    run: &Run,
    row: &Row,
    allowed: &Allowed<'_>,
    reading: &Reading<'_>,
    text: &str,
) -> String {
    let mut line =
        format!("row {} (id {:?}) {text}; due is version {}", row.number, row.id(), allowed.due);
    let since = |at: Instant| run.seconds(at);
    let from = allowed.due.saturating_sub(2);
    for (at, attempt) in allowed.attempts.iter().enumerate().skip(from).take(6) {
        let state = attempt.state.map_or("deleted".to_owned(), |state| {
            format!("{} in band {}", row.place(state), state.band)
        });
        let outcome = match attempt.outcome {
            Outcome::Open => "unknown".to_owned(),
            Outcome::Refused => "refused".to_owned(),
            Outcome::Lost { .. } => "lost by the database".to_owned(),
            Outcome::Acknowledged { at, taker } => {
                let late = reading.begun.saturating_duration_since(at);
                format!("acknowledged by {taker:?} at {:.4} s, {} before", since(at), millis(late))
            }
        };
        let begun = since(attempt.begun);
        let _ = write!(line, "\n      v{} ({state}) begun at {begun:.4} s, {outcome}", at + 1);
    }
    line
}

/// A time in the format of the report.
pub(crate) fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// Whether title and price are of the same version.
fn is_whole(row: &ShownRow) -> bool {
    usize::try_from(row.price % BAND).is_ok_and(|version| version == row.version)
}
