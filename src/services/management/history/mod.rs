//! The history of the cache: the last quarter of an hour and the last day.
//!
//! Every few seconds a sampler takes the difference of the counters. The last quarter of an hour of this instance is kept
//! in memory; whole minutes also in the database, where those of every instance, and of those before a restart, come
//! together. Counting costs readers nothing: the sampler reads the counters that there are.
//!
//! **Invariant:** without the database everything but the older history goes on; minutes that could not be kept wait, up
//! to a bound.

mod sample;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use serde_json::{Value, json};

use crate::cache::metrics::{LevelCounts, PageCounts};
use crate::cache::{Cache, Generation, Level};
use crate::db::{Database, DbError, cache_metrics};
pub use sample::Point;
use sample::{LEVELS, Sample};

/// How often the counters are read.
pub const SAMPLING: Duration = Duration::from_secs(10);
/// How long single samples are remembered.
const RECENT: TimeDelta = TimeDelta::minutes(15);
/// How long minutes are.
const DAY: TimeDelta = TimeDelta::hours(24);
/// How many minutes may wait for the database.
const MOST_WAITING: usize = 120;
/// A minute of another instance may come so much later, unless the database was out of reach.
const LATE: TimeDelta = TimeDelta::minutes(3);
/// After that, other instances may write what waited there within so many exchanges, of which there is one a minute.
const LOOKS_BACK: u8 = 5;
/// The history as this instance knows it.
#[derive(Debug)]
pub struct CacheHistory {
    /// Identifies the rows of this process among those of other and earlier processes.
    instance: String,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
pub(super) struct Inner {
    last: ([LevelCounts; LEVELS], PageCounts),
    /// The samples of this instance, by when they were taken.
    recent: VecDeque<(i64, Sample)>,
    /// The minute that is under way, of this instance.
    minute: Option<(i64, Sample)>,
    /// Complete minutes that are not in the database yet.
    waiting: BTreeMap<i64, Sample>,
    /// Complete minutes of all instances.
    day: BTreeMap<i64, Sample>,
    /// Whether the minutes from before this process began are among them.
    pub(super) loaded: bool,
    /// The first minute that waited for the database lately, and in how many exchanges those of others are looked for
    /// from there on.
    looking_back: Option<(i64, u8)>,
}

impl Default for CacheHistory {
    fn default() -> Self {
        Self { instance: Generation::mint().as_str().to_owned(), inner: Mutex::default() }
    }
}

impl CacheHistory {
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a sample; returns whether a minute has ended by it.
    pub(super) fn take(&self, cache: &Cache, now: DateTime<Utc>) -> bool {
        let metrics = cache.metrics();
        let now_counted = (Level::ALL.map(|level| metrics.level(level)), metrics.pages());
        let mut inner = self.lock();
        let sample = {
            let ((levels, pages), (before, pages_before)) = (&now_counted, &inner.last);
            let since = std::array::from_fn(|at| levels[at].since(&before[at]));
            Sample::of(&since, pages.since(pages_before))
        };
        inner.last = now_counted;
        let (second, minute) = (now.timestamp(), start_of(now.timestamp(), 60));
        inner.recent.push_back((second, sample.clone()));
        let oldest = second - RECENT.num_seconds();
        while inner.recent.front().is_some_and(|(at, _)| *at < oldest) {
            inner.recent.pop_front();
        }
        let ended = inner.minute.as_ref().is_some_and(|(at, _)| *at != minute);
        if ended {
            inner.end_minute();
        }
        let current = inner.minute.get_or_insert((minute, Sample::default()));
        current.1.add(&sample);
        let oldest = second - DAY.num_seconds();
        inner.day.retain(|at, _| *at >= oldest);
        ended
    }

    /// Writes what waits; returns its minutes.
    pub(super) async fn write(&self, database: &Database) -> Result<Vec<i64>, DbError> {
        let waiting = self.lock().waiting.clone();
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let rows = waiting.iter().flat_map(|(minute, sample)| {
            let mut rows = sample.to_keep();
            rows.iter_mut().for_each(|row| row["minute"] = json!(moment(*minute)));
            rows
        });
        let rows = Value::Array(rows.collect());
        let client = database.client().await?;
        cache_metrics::insert(&client, &self.instance, &rows).await?;
        let mut inner = self.lock();
        waiting.keys().for_each(|minute| {
            inner.waiting.remove(minute);
        });
        Ok(waiting.into_keys().collect())
    }

    /// Writes what waits, and reads what other instances wrote.
    pub(super) async fn exchange(
        &self,
        database: &Database,
        now: DateTime<Utc>,
    ) -> Result<(), DbError> {
        let written = self.write(database).await?;
        let from = self.lock().others_from(&written, now);
        let client = database.client().await?;
        let mut minutes: BTreeMap<i64, Sample> = BTreeMap::new();
        for metric in cache_metrics::list(&client, from).await? {
            let minute = minutes.entry(metric.minute.timestamp()).or_default();
            minute.add_kept(&metric.level, metric.figures);
        }
        let mut inner = self.lock();
        inner.has_looked();
        inner.day.extend(minutes);
        Ok(())
    }

    /// The pages that readers of this instance were answered with in the last quarter of an hour: those of its samples,
    /// and those since the last one.
    pub(super) fn lately(&self, pages: &PageCounts, now: DateTime<Utc>) -> PageCounts {
        let (inner, from) = (self.lock(), (now - RECENT).timestamp());
        let samples = inner.recent.iter().filter(|(at, _)| *at >= from);
        let samples = samples.map(|(_, sample)| sample.pages());
        samples.fold(pages.since(&inner.last.1), |all, more| PageCounts {
            cached: all.cached + more.cached,
            computed: all.computed + more.computed,
        })
    }

    /// The last quarter of an hour: this instance every few seconds, and before it began every instance by the minute.
    pub fn last_minutes(&self, now: DateTime<Utc>) -> Vec<Point> {
        let (inner, from) = (self.lock(), (now - RECENT).timestamp());
        let first = inner.recent.front().map_or(i64::MAX, |(at, _)| *at);
        let before = inner.day.range(from..).filter(|(at, _)| **at + 60 <= first);
        let before = before.map(|(at, sample)| sample.point(*at));
        let recent = inner.recent.iter().filter(|(at, _)| *at >= from);
        before.chain(recent.map(|(at, sample)| sample.point(*at))).collect()
    }

    /// The same by the minute, the latest first; minutes in which nothing happened are left out.
    pub fn by_minute(&self, now: DateTime<Utc>) -> Vec<Point> {
        let (inner, from) = (self.lock(), start_of((now - RECENT).timestamp(), 60));
        let first = inner.recent.front().map_or(i64::MAX, |(at, _)| *at);
        let before = inner.day.range(from..).filter(|(at, _)| **at + 60 <= first);
        let before = before.map(|(at, sample)| (*at, sample));
        let recent = inner.recent.iter().map(|(at, sample)| (*at, sample));
        let mut points = grouped(before.chain(recent), 60);
        points.reverse();
        points
    }

    /// The last day of every instance, in steps of so many seconds, the earliest first; steps in which nothing happened
    /// are left out.
    pub fn last_day(&self, now: DateTime<Utc>, step: i64) -> Vec<Point> {
        let (inner, from) = (self.lock(), (now - DAY).timestamp());
        let whole = inner.day.range(from..).map(|(at, sample)| (*at, sample));
        let current = inner.minute.iter().map(|(at, sample)| (*at, sample));
        grouped(whole.chain(current), step)
    }
}

impl Inner {
    /// From when on minutes are read that others may have written, when some of one's own have just been.
    fn others_from(&mut self, written: &[i64], now: DateTime<Utc>) -> DateTime<Utc> {
        let recent = (now - LATE).timestamp();
        if let Some(first) = written.first().filter(|first| **first < recent) {
            let from = self.looking_back.map_or(*first, |(from, _)| from.min(*first));
            self.looking_back = Some((from, LOOKS_BACK));
        }
        match self.loaded {
            true => moment(self.looking_back.map_or(recent, |(from, _)| from.min(recent))),
            false => now - DAY,
        }
    }

    /// Notes that an exchange has succeeded.
    fn has_looked(&mut self) {
        self.loaded = true;
        let left = self.looking_back.take().filter(|(_, left)| *left > 0);
        self.looking_back = left.map(|(from, left)| (from, left - 1));
    }

    pub(super) fn end_minute(&mut self) {
        let Some((minute, sample)) = self.minute.take().filter(|(_, sample)| !sample.is_empty())
        else {
            return;
        };
        self.day.entry(minute).or_default().add(&sample);
        self.waiting.entry(minute).or_default().add(&sample);
        while self.waiting.len() > MOST_WAITING {
            self.waiting.pop_first();
        }
    }
}

/// Samples together by steps of so many seconds.
fn grouped<'a>(samples: impl Iterator<Item = (i64, &'a Sample)>, step: i64) -> Vec<Point> {
    let mut groups: BTreeMap<i64, Sample> = BTreeMap::new();
    for (at, sample) in samples.filter(|(_, sample)| !sample.is_empty()) {
        groups.entry(start_of(at, step)).or_default().add(sample);
    }
    groups.iter().map(|(at, sample)| sample.point(*at)).collect()
}

fn start_of(second: i64, step: i64) -> i64 {
    second - second.rem_euclid(step)
}

fn moment(second: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(second, 0).single().unwrap_or_default()
}
