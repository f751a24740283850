//! Jobs: work in the background that is retried until it succeeds.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::named::named;

/// How often a job is tried before it fails for good.
pub const MAX_TRIES: i32 = 8;

/// The delays between tries: about six hours in all, so that an outage of an hour loses no mail.
const DELAYS: [u64; 7] = [10, 60, 300, 900, 1800, 3600, 14_400];

/// Instant alerts are mailed within a minute.
const ALERTS: Duration = Duration::from_secs(15);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// The number of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobId(pub i64);

named! {
    /// The kind of work.
    #[derive(Hash)]
    pub enum JobKind, label {
        /// Send a mail.
        Mail = "mail", "Send a mail";
        /// Find the accounts of an address, and send a link for a new password to each.
        PasswordReset = "password_reset", "Answer a request for a new password";
        /// Remove expired sessions, uploaded files that were not imported, and alerts that were not confirmed.
        Expired = "expired", "Remove expired sessions, uploads and alerts";
        /// Trim the event log, and delete old entries of the history.
        History = "history", "Trim the event log and the history";
        /// Delete old enquiries.
        Enquiries = "enquiries", "Erase old enquiries";
        /// Remove the files of photos that no listing has had for a day.
        Photos = "photos", "Remove unused photos";
        /// Compare what has changed with the alerts, and add the mails that are due. Only where mail is sent.
        Alerts = "alerts", "Find listings for alerts";
    }
}

impl JobKind {
    /// How often a periodic job runs; `None` for one that runs once.
    pub fn period(self) -> Option<Duration> {
        match self {
            Self::Mail | Self::PasswordReset => None,
            Self::Expired | Self::History | Self::Enquiries => Some(HOUR),
            Self::Photos => Some(24 * HOUR),
            Self::Alerts => Some(ALERTS),
        }
    }

    /// How long a try may take.
    pub fn limit(self) -> Duration {
        match self {
            Self::Mail | Self::PasswordReset => Duration::from_secs(120),
            Self::Expired | Self::History | Self::Enquiries | Self::Photos | Self::Alerts => HOUR,
        }
    }
}

named! {
    /// The state of a job, as lists show it.
    pub enum JobState {
        /// It failed, and is not retried.
        Failed = "failed";
        /// A worker is running it.
        Running = "running";
        /// It is due now or later.
        Waiting = "waiting";
        /// It runs regularly.
        Periodic = "periodic";
    }
}

/// A job as lists show it.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// The name of its kind, which may be another release's.
    pub kind: String,
    /// The job's data.
    pub payload: Value,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it may run; while it runs, when its worker's lease ends.
    pub run_at: DateTime<Utc>,
    /// How often it was tried.
    pub tries: i32,
    /// The worker that runs it.
    pub claimed_by: Option<String>,
    /// When the last try began.
    pub started_at: Option<DateTime<Utc>>,
    /// When a periodic job last finished.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why the last try failed.
    pub error: Option<String>,
    /// When it failed for good.
    pub failed_at: Option<DateTime<Utc>>,
}

impl Job {
    /// The label of its kind, for people.
    pub fn label(&self) -> &str {
        JobKind::named(&self.kind).map_or(self.kind.as_str(), |kind| kind.label())
    }
}

/// The numbers of jobs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct JobCounts {
    /// Waiting jobs, without periodic ones.
    pub waiting: i64,
    /// Running jobs.
    pub running: i64,
    /// Failed jobs.
    pub failed: i64,
    /// How long the oldest due job has waited.
    pub overdue: Duration,
    /// Jobs that wait because a server can't be reached.
    pub blocked: i64,
}

/// The delay between a failed try and the next; `None` after the last. `random` is from 0 to 1: jobs that failed
/// together are not all retried at the same moment.
pub fn delay_after(tries: i32, random: f64) -> Option<Duration> {
    let index = usize::try_from(tries - 1).unwrap_or(0);
    let seconds = Duration::from_secs(*DELAYS.get(index)?);
    Some(seconds.mul_f64(0.8 + 0.4 * random.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_end_with_the_last_try() {
        let delays: Vec<_> = (1..MAX_TRIES).filter_map(|tries| delay_after(tries, 0.5)).collect();
        assert_eq!(delays.len(), 7);
        assert!(delays.is_sorted());
        assert!(delays.iter().sum::<Duration>() > HOUR * 5);
        assert_eq!(delay_after(MAX_TRIES, 0.5), None);
        assert!(delay_after(1, 0.0) < delay_after(1, 1.0));
    }

    #[test]
    fn every_kind_is_found_by_its_name() {
        for kind in JobKind::ALL {
            assert_eq!(JobKind::named(kind.name()), Some(kind));
        }
        assert_eq!(JobKind::named("other"), None);
    }
}
