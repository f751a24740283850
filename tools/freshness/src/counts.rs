//! Checks numbers of rows.

use std::time::Duration;

use crate::check::{Allowed, Reading, Violation};
use crate::ledger::Attempt;
use crate::query::Scope;
use crate::run::Run;

/// The steps in which the lateness of a number is reported, in milliseconds.
const LATE: [u64; 12] = [1, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/// Rows whose number a page shows.
pub(crate) struct Rows<'a> {
    scope: &'a Scope,
    /// The place of the rows, if they are those of one.
    place: Option<(usize, u8)>,
}

impl<'a> Rows<'a> {
    pub(crate) fn of(scope: &'a Scope) -> Self {
        Self { scope, place: None }
    }

    /// The rows of a scope that are in a place.
    pub(crate) fn at(scope: &'a Scope, place: (usize, u8)) -> Self {
        let place = Some(place);
        Self { scope, place }
    }

    /// Checks the number of these rows on a page. A number that was right some time ago is late by that time.
    pub(crate) fn judge(
        &self,
        run: &Run,
        reading: &Reading<'_>,
        rule: &'static str,
        what: &str,
        number: u64,
    ) -> Option<Violation> {
        let (least, most) = self.bounds(run, reading);
        if (least..=most).contains(&number) {
            return None;
        }
        let was_right = |late: &Duration| {
            let begun = reading.begun.checked_sub(*late);
            begun.is_some_and(|begun| {
                let (least, most) = self.bounds(run, &Reading { begun, ..*reading });
                (least..=most).contains(&number)
            })
        };
        let what = format!("{what} has {number} rows where {least} to {most} can be");
        let late = LATE.map(Duration::from_millis).into_iter().find(was_right);
        Some(Violation { late: late.unwrap_or_default(), ..Violation::new(rule, what) })
    }

    /// The smallest and the largest possible number.
    fn bounds(&self, run: &Run, reading: &Reading<'_>) -> (u64, u64) {
        let groups = match self.place {
            Some((group, _)) => group..=group,
            None => self.scope.groups(),
        };
        let (mut least, mut most) = (0, 0);
        for group in groups {
            for row in run.ledger.members(group).iter() {
                let attempts = row.attempts();
                let allowed = Allowed::of(&run.windows, &attempts, reading);
                let counts = |attempt: &Attempt| {
                    let side = attempt.state.map(|state| state.side);
                    let there = self.place.is_none_or(|(_, place)| side == Some(place));
                    there && self.scope.admits(row, attempt.state)
                };
                let (may, must) = allowed.some_and_all(counts);
                least += u64::from(must);
                most += u64::from(may);
            }
        }
        (least, most)
    }
}
