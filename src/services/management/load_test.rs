//! A bounded load test of the site's own list.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::Management;
use super::rating::hit_ratio;
use crate::domain::FieldErrors;
use crate::services::{Result, ServiceError};

/// The options of a load test.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LoadTestRequest {
    /// The number of requests.
    #[serde(deserialize_with = "whole_number")]
    #[schema(minimum = 1, maximum = 10_000, default = 100)]
    pub requests: i64,
    /// The number of concurrent requests.
    #[serde(deserialize_with = "whole_number")]
    #[schema(minimum = 1, maximum = 64, default = 10)]
    pub concurrency: i64,
}

/// Reads a whole number, also in the forms 100.0 and 1e2, which are the same number in JSON.
fn whole_number<'de, D: Deserializer<'de>>(input: D) -> Result<i64, D::Error> {
    let number = serde_json::Number::deserialize(input)?;
    let whole = |number: &f64| number.fract() == 0.0 && number.abs() < 1e15;
    let read = || number.as_f64().filter(whole).map(|number| number as i64);
    let refusal = || D::Error::custom(format_args!("{number} is not a valid whole number"));
    number.as_i64().or_else(read).ok_or_else(refusal)
}

impl Default for LoadTestRequest {
    fn default() -> Self {
        Self { requests: 100, concurrency: 10 }
    }
}

/// The outcome of starting a load test.
#[derive(Debug)]
pub enum LoadTest {
    /// The test ran, with its report.
    Done(LoadTestReport),
    /// Another load test is running.
    Busy,
}

/// The result of a load test; durations are in microseconds unless stated otherwise.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LoadTestReport {
    /// Whether every request was answered with 200.
    pub success: bool,
    /// Requests sent.
    pub requests: u64,
    /// Concurrent requests.
    pub concurrency: u64,
    /// Answers other than 200, and requests without an answer.
    pub failed: u64,
    /// Answers by level; `computed` if no level had the page, `collapsed` if the request waited for another one's load.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub levels: BTreeMap<&'static str, u64>,
    /// The duration of the whole test, in milliseconds.
    pub duration_ms: u64,
    /// Answers per second.
    pub requests_per_second: u64,
    /// The median of the response times, in microseconds.
    pub p50_us: u64,
    /// The 95th percentile.
    pub p95_us: u64,
    /// The 99th percentile.
    pub p99_us: u64,
    /// Answers by response time, in ascending order without gaps.
    pub histogram: Vec<Bar>,
    /// The page cache's hit ratio before the test.
    #[schema(minimum = 0, maximum = 1)]
    pub hit_ratio_before: Option<f64>,
    /// The page cache's hit ratio after the test.
    #[schema(minimum = 0, maximum = 1)]
    pub hit_ratio_after: Option<f64>,
}

/// One bar of a histogram of durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Bar {
    /// The upper bound in microseconds, exclusive. The lower bound is the upper bound of the previous bar.
    pub below_us: u64,
    /// The number of answers.
    pub answers: u64,
}

impl LoadTestRequest {
    /// Checks the bounds.
    pub fn check(self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        for (field, value, max) in
            [("requests", self.requests, 10_000), ("concurrency", self.concurrency, 64)]
        {
            if !(1..=max).contains(&value) {
                errors.add(
                    field,
                    format!("{value} is not allowed. Enter a whole number from 1 to {max}."),
                );
            }
        }
        errors.into_result(self)
    }
}

impl Management {
    /// Requests the list from this instance many times, and measures response times. One test runs at a time.
    pub async fn load_test(&self, request: LoadTestRequest) -> Result<LoadTest> {
        let Ok(_permit) = self.load_test.try_acquire() else {
            return Ok(LoadTest::Busy);
        };
        let Some(client) = self.loopback.client() else {
            return Err(ServiceError::Interrupted);
        };
        let before = self.page_hit_ratio();
        let (requests, concurrency) =
            (request.requests.unsigned_abs(), request.concurrency.unsigned_abs());
        let next = AtomicU64::new(0);
        let started = Instant::now();
        let worker = || async {
            let mut answers = Vec::new();
            while next.fetch_add(1, Ordering::Relaxed) < requests {
                let asked = Instant::now();
                let level = client.get("/properties/").await;
                answers.push((asked.elapsed(), level));
            }
            answers
        };
        let answers = join_all((0..concurrency).map(|_| worker())).await;
        let elapsed = started.elapsed();
        let mut levels = BTreeMap::new();
        let mut times = Vec::new();
        let mut failed = 0;
        for (time, level) in answers.into_iter().flatten() {
            times.push(time);
            match level {
                Some(level) => *levels.entry(level).or_default() += 1,
                None => failed += 1,
            }
        }
        times.sort_unstable();
        Ok(LoadTest::Done(LoadTestReport {
            success: failed == 0,
            requests,
            concurrency,
            failed,
            levels,
            duration_ms: micros(elapsed) / 1000,
            requests_per_second: (requests as f64 / elapsed.as_secs_f64().max(1e-6)) as u64,
            p50_us: quantile(&times, 0.5),
            p95_us: quantile(&times, 0.95),
            p99_us: quantile(&times, 0.99),
            histogram: histogram(&times),
            hit_ratio_before: before,
            hit_ratio_after: self.page_hit_ratio(),
        }))
    }

    fn page_hit_ratio(&self) -> Option<f64> {
        let pages = self.cache.metrics().pages();
        hit_ratio(pages.cached(), pages.computed())
    }
}

/// Groups sorted durations into ranges whose bounds are halves of powers of two.
fn histogram(sorted: &[Duration]) -> Vec<Bar> {
    let bounds = (1..).flat_map(|octave| [3_u64 << octave >> 1, 4 << octave >> 1]);
    let mut rest: &[Duration] = sorted;
    let mut bars = Vec::new();
    for below_us in bounds.take(80) {
        let answers = rest.partition_point(|time| micros(*time) < below_us);
        rest = &rest[answers..];
        // Empty bars before the fastest response are omitted.
        if answers > 0 || !bars.is_empty() {
            bars.push(Bar { below_us, answers: answers as u64 });
        }
        if rest.is_empty() {
            break;
        }
    }
    bars
}

fn quantile(sorted: &[Duration], share: f64) -> u64 {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).map_or(0, |time| micros(*time))
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_nearest_rank() {
        let times: Vec<_> = (1..=100).map(Duration::from_micros).collect();
        assert_eq!([0.5, 0.95, 0.99].map(|share| quantile(&times, share)), [50, 95, 99]);
        assert_eq!(quantile(&[], 0.5), 0);
    }

    #[test]
    fn every_answer_is_in_one_bar_of_the_histogram() {
        let times = [5, 6, 7, 8, 300, 300].map(Duration::from_micros);
        let bars = histogram(&times);
        let bar = |below_us, answers| Bar { below_us, answers };
        assert_eq!(bars.first(), Some(&bar(6, 1)));
        assert_eq!(bars[1..3], [bar(8, 2), bar(12, 1)]);
        assert_eq!(bars.last(), Some(&bar(384, 2)));
        assert_eq!(bars.iter().map(|bar| bar.answers).sum::<u64>(), 6);
        assert_eq!(histogram(&[]), []);
    }

    #[test]
    fn bounds_are_named_by_field() {
        let errors =
            LoadTestRequest { requests: 0, concurrency: 65 }.check().expect_err("out of bounds");
        assert_eq!(errors.iter().count(), 2);
    }
}
