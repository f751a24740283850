//! Checks what a page shows besides its own rows: similar rows, places with numbers, suggestions; and parts of the site
//! map.

use std::time::{Duration, Instant, SystemTime};

use crate::check::{Allowed, Reading, Violation, describe, row_of, violation};
use crate::counts::Rows;
use crate::ledger::{Attempt, BULK_GROUP, FIRST_ID, Row, place, price};
use crate::page::{Format, Shown};
use crate::query::Scope;
use crate::run::Run;

/// The maximum number of similar rows on a page.
const SIMILAR: usize = 4;
/// The prices at which the bands of similar rows end.
const ENDS: [u32; 4] = [16_000_000, 25_000_000, 40_000_000, 63_000_000];
/// How much later this process may read its wall clock than PostgreSQL does.
const SLACK: Duration = Duration::from_millis(20);

/// Checks everything that a page shows besides its own rows.
pub(crate) fn judge(
    run: &Run,
    reading: &Reading<'_>,
    shown: &Shown,
    count_all: bool,
) -> Vec<Violation> {
    let mut found = match reading.query.format {
        Format::SiteMap => site_map(run, reading, shown),
        _ => Vec::new(),
    };
    similar(run, reading, shown, &mut found);
    let few = !matches!(reading.query.scope, Scope::All | Scope::Dear);
    if few || count_all || reading.query.format == Format::Places {
        places(run, reading, shown, &mut found);
    }
    // Rows and their number are read at the same time: with a write in between, rows may be shown with a count of 0.
    if let (Scope::DearPlace(group, side), Some(0)) = (&reading.query.scope, shown.count)
        && reading.query.format == Format::Html
        && shown.rows.is_empty()
        && !shown.is_uncounted
    {
        let scope = Scope::Place(*group, *side);
        let offered = shown.at_any_price.unwrap_or(0);
        found.extend(Rows::of(&scope).judge(run, reading, "offer", "the offer", offered));
    }
    found
}

/// Checks the similar rows on a row's page: each is up to date, in the same place and band, and none is missing.
fn similar(run: &Run, reading: &Reading<'_>, shown: &Shown, found: &mut Vec<Violation>) {
    let ([own], Scope::Row(row), Format::Html) =
        (shown.rows.as_slice(), &reading.query.scope, reading.query.format)
    else {
        return;
    };
    for other in &shown.similar {
        found.extend(row_of(run, reading, other, false));
        let alike = other.place == own.place && band(other.price) == band(own.price);
        if !alike || other.number == own.number {
            let what = format!("{other:?} is not similar to {own:?}");
            found.push(Violation::new("row on the wrong page", what));
        }
    }
    let distances = shown.similar.iter();
    let distances: Vec<u32> = distances.map(|row| row.price.abs_diff(own.price)).collect();
    if !distances.is_sorted() || distances.len() > SIMILAR {
        let what = format!("similar to {own:?}, but not the nearest: {:?}", shown.similar);
        found.push(Violation::new("row on the wrong page", what));
    }
    if shown.similar.len() >= SIMILAR {
        return;
    }
    for other in run.ledger.members(row.group).iter() {
        let attempts = other.attempts();
        let allowed = Allowed::of(&run.windows, &attempts, reading);
        let is_alike = |attempt: &Attempt| {
            let state = attempt.state.filter(|state| other.place(*state) == own.place);
            state.is_some_and(|state| band(price(state, 0)) == band(own.price))
        };
        let (_, must) = allowed.some_and_all(is_alike);
        let shows = |number| shown.similar.iter().any(|shown| shown.number == number);
        if must && other.number != own.number && !shows(other.number) {
            let what = "a similar row is missing";
            let at = (allowed.due - 1, what);
            found.push(violation(run, reading, other, &allowed, at));
        }
    }
}

fn band(price: u32) -> usize {
    ENDS.partition_point(|end| *end <= price)
}

/// Checks the numbers of places, and that no place is missing.
fn places(run: &Run, reading: &Reading<'_>, shown: &Shown, found: &mut Vec<Violation>) {
    let whole = reading.query.format == Format::Places;
    if shown.places.is_empty() && !whole {
        return;
    }
    let mut known = 0;
    for group in reading.query.scope.groups() {
        for side in 0..2 {
            let name = place(group, side);
            let beside = shown.places.iter().find(|(shown, _)| *shown == name);
            known += usize::from(beside.is_some());
            let listings = match beside {
                Some((_, listings)) => *listings,
                None if whole => 0,
                None => continue,
            };
            let rows = Rows::at(&reading.query.scope, (group, side));
            found.extend(rows.judge(run, reading, "places", &name, listings));
        }
    }
    if known < shown.places.len() {
        let what = format!("a place that has none of the rows: {:?}", shown.places);
        found.push(Violation::new("places", what));
    }
}

/// Checks a part of the sitemap: it has the existing rows, and no time of change is older than the required one.
fn site_map(run: &Run, reading: &Reading<'_>, shown: &Shown) -> Vec<Violation> {
    let mut found = Vec::new();
    for (id, changed) in &shown.listed {
        let number = u32::try_from(id - FIRST_ID).ok();
        let Some(row) = number.and_then(|number| run.ledger.row(number)) else {
            let what = format!("number {id} was never given");
            found.push(Violation::new("never written", what));
            continue;
        };
        let attempts = row.attempts();
        let allowed = Allowed::of(&run.windows, &attempts, reading);
        let (may, _) = allowed.some_and_all(|attempt| attempt.state.is_some());
        if !may {
            let at = (allowed.due.saturating_sub(1), "lists a row that is gone");
            found.push(match allowed.due {
                0 => never(run, reading, &row, &allowed),
                _ => violation(run, reading, &row, &allowed, at),
            });
            continue;
        }
        let due = attempts.get(allowed.due.wrapping_sub(1));
        let oldest = due.map_or(0, |attempt| micros(attempt.begun, SLACK, Duration::ZERO));
        if *changed < oldest {
            let what = format!("tells a change {} µs too old", oldest - changed);
            let at = (allowed.due - 1, what.as_str());
            found.push(violation(run, reading, &row, &allowed, at));
        } else if *changed > micros(reading.ended, Duration::ZERO, SLACK) {
            found.push(never(run, reading, &row, &allowed));
        }
    }
    for group in 0..=BULK_GROUP {
        for row in run.ledger.members(group).iter() {
            let attempts = row.attempts();
            let allowed = Allowed::of(&run.windows, &attempts, reading);
            let belongs = |attempt: &Attempt| reading.query.scope.admits(row, attempt.state);
            let (_, must) = allowed.some_and_all(belongs);
            let lists = |id| shown.listed.iter().any(|(listed, _)| Some(*listed) == id);
            if must && !lists(row.id()) {
                let at = (allowed.due - 1, "a row is missing");
                found.push(violation(run, reading, row, &allowed, at));
            }
        }
    }
    found
}

fn never(run: &Run, reading: &Reading<'_>, row: &Row, allowed: &Allowed<'_>) -> Violation {
    let what = describe(run, row, allowed, reading, "is listed as it never was");
    Violation::new("never written", what)
}

/// A moment in microseconds since 1970 by this machine's wall clock, shifted by these durations.
fn micros(at: Instant, earlier: Duration, later: Duration) -> i64 {
    let wall = SystemTime::now() - at.elapsed() - earlier + later;
    let since = wall.duration_since(SystemTime::UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_micros()).unwrap_or(i64::MAX)
}
