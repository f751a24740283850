//! The history in this instance: its own steps, and those of the other instances.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::range::{LATE, RANGES, Range, moment, start_of};
use super::sample::{Gauges, Sample};
use super::urls;
use crate::cache::metrics::{LevelCounts, PageCounts};
use crate::cache::{Cache, Generation, Level};
use crate::db::{Database, DbError, cache_samples};

/// How often the counters are read.
pub const SAMPLING: Duration = Duration::from_secs(10);
/// The number of exchanges after which steps are read from before the earliest of them: after an outage of the
/// database, another instance may write a little later than this one.
const LOOKS_BACK: usize = 6;

/// The history in this instance.
#[derive(Debug)]
pub struct CacheHistory {
    /// Identifies this process among others and earlier runs.
    instance: String,
    inner: Mutex<Inner>,
}

/// The steps by start time, for each length of steps.
type Steps = [BTreeMap<i64, Sample>; RANGES];

#[derive(Debug, Default)]
pub(in crate::services::management) struct Inner {
    pub(super) last: (LevelCounts, LevelCounts, PageCounts),
    /// When the last sample was taken.
    sampled: i64,
    /// The steps of this instance.
    pub(super) own: Steps,
    /// The sums of the other instances' steps.
    pub(super) others: Steps,
    /// The steps of this instance that must be written to the database: the index of the range, and the start.
    unwritten: BTreeSet<(usize, i64)>,
    /// The times of the last successful exchanges with the database.
    exchanged: VecDeque<i64>,
}

impl Default for CacheHistory {
    fn default() -> Self {
        Self { instance: Generation::mint().as_str().to_owned(), inner: Mutex::default() }
    }
}

impl CacheHistory {
    pub(in crate::services::management) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The identifier of this process among the instances.
    pub(in crate::services::management) fn instance(&self) -> &str {
        &self.instance
    }

    /// Takes a sample; returns whether it completed a minute.
    pub(in crate::services::management) fn take(
        &self,
        cache: &Cache,
        gauges: Gauges,
        now: DateTime<Utc>,
    ) -> bool {
        let metrics = cache.metrics();
        let level = |level| metrics.level(level);
        let counted = (level(Level::PageMemory), level(Level::PageRedis), metrics.pages());
        let tallies = cache.take_tallies();
        let mut inner = self.lock();
        let (memory, redis, pages) = &inner.last;
        let served = counted.2.since(pages);
        let mut sample = Sample::of(&counted.0.since(memory), &counted.1.since(redis), served);
        sample.gauges = gauges;
        for (key, tally) in tallies {
            if let Some(url) = urls::url_of(key.as_str()) {
                sample.urls.entry(url).or_default().add(&urls::UrlFigures::of(&tally));
            }
        }
        sample.urls = urls::trimmed(sample.urls);
        inner.last = counted;
        let before = std::mem::replace(&mut inner.sampled, now.timestamp());
        inner.add(now.timestamp(), sample);
        start_of(before, 60) != start_of(now.timestamp(), 60)
    }

    /// Writes the steps that the database lacks.
    pub(in crate::services::management) async fn write(
        &self,
        database: &Database,
    ) -> Result<(), DbError> {
        let (written, rows, kept) = {
            let mut inner = self.lock();
            let written = std::mem::take(&mut inner.unwritten);
            let row = |(place, at): &(usize, i64)| {
                let step = Range::ALL[*place].step();
                let sample = inner.own[*place].get(at)?;
                Some(json!({"step": step, "at": moment(*at), "figures": sample}))
            };
            let rows: Vec<_> = written.iter().filter_map(row).collect();
            let kept = Range::ALL.map(|range| range.since(range.kept_from(inner.sampled)));
            (written, rows, kept)
        };
        if rows.is_empty() {
            return Ok(());
        }
        let writing = async {
            let client = database.client().await?;
            cache_samples::write(&client, &self.instance, &Value::Array(rows), &kept).await
        };
        let result = writing.await;
        if result.is_err() {
            self.lock().unwritten.extend(written);
        }
        result
    }

    /// Writes the steps that the database lacks, and reads those of other instances.
    pub(in crate::services::management) async fn exchange(
        &self,
        database: &Database,
        now: DateTime<Utc>,
    ) -> Result<(), DbError> {
        self.write(database).await?;
        let from = self.lock().others_from(now.timestamp());
        let wanted: Vec<_> =
            Range::ALL.iter().zip(from).map(|(range, from)| range.since(from)).collect();
        let client = database.client().await?;
        let found = cache_samples::list(&client, &self.instance, &wanted).await?;
        let mut inner = self.lock();
        for (place, from) in from.into_iter().enumerate() {
            inner.others[place].split_off(&from);
        }
        for row in found {
            let place = Range::ALL.iter().position(|range| range.step() == i64::from(row.step));
            // Unreadable figures of a later release are skipped.
            if let (Some(place), Ok(sample)) = (place, serde_json::from_value(row.figures)) {
                let step: &mut Sample = inner.others[place].entry(row.at.timestamp()).or_default();
                step.add(&sample);
            }
        }
        inner.exchanged.push_back(now.timestamp());
        if inner.exchanged.len() > LOOKS_BACK {
            inner.exchanged.pop_front();
        }
        Ok(())
    }

    /// Whether the steps from before this process started have been read.
    pub(in crate::services::management) fn is_loaded(&self) -> bool {
        !self.lock().exchanged.is_empty()
    }

    /// The pages that this instance answered in the last quarter of an hour, including those since the last sample.
    pub(in crate::services::management) fn lately(
        &self,
        pages: &PageCounts,
        now: DateTime<Utc>,
    ) -> PageCounts {
        let (inner, first) = (self.lock(), Range::Quarter.first(now.timestamp()));
        let samples = inner.own[Range::Quarter as usize].range(first..);
        let pending = pages.since(&inner.last.2);
        samples.fold(pending, |all, (_, sample)| all.plus(&sample.served))
    }
}

impl Inner {
    /// Adds a sample that was taken at a time.
    pub(super) fn add(&mut self, now: i64, sample: Sample) {
        let idle = sample.is_idle() && sample.urls.is_empty();
        for range in Range::ALL {
            let (place, at) = (range as usize, start_of(now, range.step()));
            self.own[place].entry(at).or_default().add(&sample);
            if !idle {
                self.unwritten.insert((place, at));
            }
            for steps in [&mut self.own[place], &mut self.others[place]] {
                *steps = steps.split_off(&range.kept_from(now));
                // Only the range itself shows URLs.
                let old = steps.range_mut(..range.first(now)).rev();
                old.take_while(|(_, sample)| !sample.urls.is_empty())
                    .for_each(|(_, sample)| sample.urls.clear());
            }
        }
        let kept = Range::ALL.map(|range| range.kept_from(now));
        self.unwritten.retain(|(place, at)| *at >= kept[*place]);
    }

    /// The time from which steps of other instances are read, for each length of steps.
    fn others_from(&self, now: i64) -> [i64; RANGES] {
        Range::ALL.map(|range| match self.exchanged.iter().min() {
            None => range.kept_from(now),
            Some(earliest) => start_of(*earliest - LATE.num_seconds(), range.step()),
        })
    }
}
