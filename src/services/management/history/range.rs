//! The time ranges of the dashboard.

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};

/// A range that ends now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Range {
    /// 15 minutes.
    #[default]
    Quarter,
    /// An hour.
    Hour,
    /// 24 hours.
    Day,
    /// Seven days.
    Week,
}

/// The number of ranges.
pub(super) const RANGES: usize = Range::ALL.len();

impl Range {
    /// Every range, the shortest first.
    pub const ALL: [Self; 4] = [Self::Quarter, Self::Hour, Self::Day, Self::Week];

    /// The range with a name in a URL; the shortest for any other name.
    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|range| range.name() == name).unwrap_or_default()
    }

    /// Its name in URLs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quarter => "15m",
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    /// Its name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Quarter => "15 minutes",
            Self::Hour => "hour",
            Self::Day => "24 hours",
            Self::Week => "7 days",
        }
    }

    /// Its length in seconds.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Quarter => 15 * 60,
            Self::Hour => 60 * 60,
            Self::Day => 24 * 60 * 60,
            Self::Week => 7 * 24 * 60 * 60,
        }
    }

    /// The length of its charts' steps in seconds.
    pub fn step(self) -> i64 {
        match self {
            Self::Quarter => 10,
            Self::Hour => 60,
            Self::Day => 5 * 60,
            Self::Week => 30 * 60,
        }
    }

    /// The length of its table's steps, and of the marks on its charts, in seconds.
    pub fn table_step(self) -> i64 {
        match self {
            Self::Quarter => 60,
            Self::Hour => 5 * 60,
            Self::Day => 60 * 60,
            Self::Week => 6 * 60 * 60,
        }
    }

    /// The start of the first step of the range.
    pub(super) fn first(self, now: i64) -> i64 {
        start_of(now - self.seconds(), self.step())
    }

    /// The time from which samples for the range are kept: it also needs those of the previous range for comparison.
    pub(super) fn kept_from(self, now: i64) -> i64 {
        start_of(now - 2 * self.seconds(), self.step())
    }

    /// The step of the range in the database's form, and a time.
    pub(super) fn since(self, at: i64) -> (i16, DateTime<Utc>) {
        (i16::try_from(self.step()).unwrap_or(i16::MAX), moment(at))
    }
}

/// How late another instance may write a sample while the database works.
pub(super) const LATE: TimeDelta = TimeDelta::minutes(1);

/// The start of the step that contains a second.
pub(super) fn start_of(second: i64, step: i64) -> i64 {
    second - second.rem_euclid(step)
}

/// A second since 1970 as a time.
pub(super) fn moment(second: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(second, 0).single().unwrap_or_default()
}
