//! The data of a range: its points, its table, its sums and those of the previous range.
//!
//! **Invariant:** a step in which no page was requested has no counts: charts show a gap, and the table says so.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::range::{Range, start_of};
use super::record::{CacheHistory, Inner};
use super::sample::{Point, Sample};
use super::urls::TopUrls;
use crate::cache::metrics::PageCounts;
use crate::domain::ChangeMark;
use crate::services::management::rating::hit_ratio;

/// The data of a range.
#[derive(Debug, Clone)]
pub struct Series {
    /// The range.
    pub range: Range,
    /// When it begins and ends, in seconds since 1970.
    pub between: (i64, i64),
    /// The steps with data, the earliest first.
    pub points: Vec<Point>,
    /// The table, the latest first.
    pub rows: Vec<TableRow>,
    /// The pages of the range, including those since the last sample.
    pub pages: PageCounts,
    /// The pages of the previous range, which is equally long.
    pub before: PageCounts,
    /// The URLs of the range.
    pub urls: TopUrls,
    /// Changes of the data and clears in the range, the latest first; `None` if they can't be read.
    pub marks: Option<Vec<ChangeMark>>,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq)]
pub enum TableRow {
    /// A step with requests.
    Used(Point),
    /// A period without requests: its start and end, in seconds since 1970.
    Idle(i64, i64),
}

impl Series {
    /// The hit ratio of the range.
    pub fn hit_ratio(&self) -> Option<f64> {
        hit_ratio(self.pages.cached(), self.pages.computed())
    }

    /// The hit ratio of the previous range.
    pub fn hit_ratio_before(&self) -> Option<f64> {
        hit_ratio(self.before.cached(), self.before.computed())
    }

    /// The data as JSON.
    pub fn json(&self) -> Value {
        let sum = |pages: &PageCounts, ratio: Option<f64>| json!({"hits": pages.cached(), "misses": pages.computed(), "hit_ratio": ratio});
        let mark = |mark: &ChangeMark| json!({"at": mark.at, "kind": mark.kind, "changes": mark.changes, "actor": mark.actor});
        let marks = self.marks.as_ref().map(|marks| marks.iter().map(mark).collect::<Vec<_>>());
        json!({
            "range": self.range.name(), "step_seconds": self.range.step(),
            "from": self.between.0, "to": self.between.1,
            "current": sum(&self.pages, self.hit_ratio()),
            "previous": sum(&self.before, self.hit_ratio_before()),
            "points": self.points, "urls": self.urls, "marks": marks,
            "mark_seconds": self.range.table_step(),
        })
    }
}

impl CacheHistory {
    /// The data of a range; `counted` are the pages of this instance until now.
    pub fn series(&self, range: Range, counted: &PageCounts, now: DateTime<Utc>) -> Series {
        let (inner, now) = (self.lock(), now.timestamp());
        let first = range.first(now);
        let pending = counted.since(&inner.last.2);
        let samples = inner.samples(range, range.kept_from(now));
        let sum = |from: i64, to: i64| {
            let within = samples.range(from..to).map(|(_, sample)| &sample.served);
            within.fold(PageCounts::default(), |all, more| all.plus(more))
        };
        let mut whole = Sample::default();
        samples.range(first..).for_each(|(_, sample)| whole.add(sample));
        Series {
            range,
            between: (now - range.seconds(), now),
            points: samples.range(first..).map(|(at, sample)| sample.point(*at)).collect(),
            rows: rows(&samples, range, first, now),
            pages: sum(first, i64::MAX).plus(&pending),
            before: sum(range.first(now - range.seconds()), first),
            urls: TopUrls::of(&whole.urls),
            marks: None,
        }
    }
}

impl Inner {
    /// The samples of all instances since a time.
    fn samples(&self, range: Range, from: i64) -> BTreeMap<i64, Sample> {
        let mut samples: BTreeMap<i64, Sample> = BTreeMap::new();
        for kept in [&self.own, &self.others] {
            for (at, sample) in kept[range as usize].range(from..) {
                samples.entry(*at).or_default().add(sample);
            }
        }
        samples
    }
}

/// The rows of the table: steps with requests, and the periods between them.
fn rows(samples: &BTreeMap<i64, Sample>, range: Range, first: i64, now: i64) -> Vec<TableRow> {
    let step = range.table_step();
    let mut steps: BTreeMap<i64, Sample> = BTreeMap::new();
    for (at, sample) in samples.range(first..).filter(|(_, sample)| !sample.is_idle()) {
        steps.entry(start_of(*at, step)).or_default().add(sample);
    }
    let (mut rows, mut end) = (Vec::new(), start_of(first, step));
    for (at, sample) in &steps {
        if end < *at {
            rows.push(TableRow::Idle(end, *at));
        }
        rows.push(TableRow::Used(sample.point(*at)));
        end = at + step;
    }
    if end < now {
        rows.push(TableRow::Idle(end, now));
    }
    rows.reverse();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::management::history::range::moment;

    const NOW: i64 = 1_800_000_000;

    fn history(samples: &[(i64, [u64; 6])]) -> CacheHistory {
        let history = CacheHistory::default();
        for (ago, served) in samples {
            let served = PageCounts::new(*served);
            history.lock().add(NOW - ago, Sample { served, ..Sample::default() });
        }
        history
    }

    fn series(history: &CacheHistory, range: Range) -> Series {
        history.series(range, &PageCounts::default(), moment(NOW))
    }

    #[test]
    fn sources_sum_up_to_hits_misses_and_refusals_in_every_range() {
        let history = history(&[(40, [1, 2, 3, 4, 5, 6]), (20, [10, 0, 0, 1, 0, 0])]);
        for range in Range::ALL {
            let series = series(&history, range);
            let (mut all, mut hits, mut misses, mut refused) = (0, 0, 0, 0);
            for point in &series.points {
                let served = point.served;
                all += served.memory + served.redis + served.query + served.database;
                all += served.stale + served.unavailable;
                (hits, misses) = (hits + point.hits, misses + point.misses);
                refused += served.unavailable;
            }
            assert_eq!((hits, misses, refused, all), (18, 8, 6, 32), "{range:?}");
            assert_eq!((series.pages.cached(), series.pages.computed()), (18, 8), "{range:?}");
            assert_eq!(series.hit_ratio(), Some(18.0 / 26.0));
        }
    }

    #[test]
    fn a_range_is_compared_with_the_range_before_and_with_no_other() {
        let hits = |count| [count, 0, 0, 0, 0, 0];
        let history =
            history(&[(60, hits(1)), (1000, hits(10)), (2000, hits(100)), (5000, hits(1000))]);
        for (range, now, before) in [
            (Range::Quarter, 1, 10),
            (Range::Hour, 111, 1000),
            (Range::Day, 1111, 0),
            (Range::Week, 1111, 0),
        ] {
            let series = series(&history, range);
            assert_eq!((series.pages.cached(), series.before.cached()), (now, before), "{range:?}");
        }
        assert_eq!(series(&history, Range::Day).hit_ratio_before(), None);
    }

    #[test]
    fn an_idle_time_is_a_gap_and_a_row_that_says_so() {
        let history =
            history(&[(600, [1, 0, 0, 0, 0, 0]), (300, [0; 6]), (60, [1, 0, 0, 1, 0, 0])]);
        let series = series(&history, Range::Quarter);
        let used: Vec<_> = series.points.iter().filter(|point| point.hit_ratio.is_some()).collect();
        assert_eq!(used.len(), 2, "{:?}", series.points);
        let idle: Vec<_> =
            series.rows.iter().filter(|row| matches!(row, TableRow::Idle(..))).collect();
        assert!(idle.contains(&&TableRow::Idle(NOW - 540, NOW - 60)), "{idle:?}");
        let whole: i64 = series
            .rows
            .iter()
            .map(|row| match row {
                TableRow::Used(_) => 60,
                TableRow::Idle(from, to) => to - from,
            })
            .sum();
        assert_eq!(whole, 900);
    }

    #[test]
    fn what_was_counted_since_the_last_sample_is_part_of_the_ratio() {
        let counted = PageCounts::new([3, 0, 0, 1, 0, 0]);
        let series = CacheHistory::default().series(Range::Week, &counted, moment(NOW));
        assert_eq!(series.hit_ratio(), Some(0.75));
        assert!(series.points.is_empty());
    }
}
