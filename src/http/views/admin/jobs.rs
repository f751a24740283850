//! The page of background jobs.

use askama::Template;

use crate::domain::{Job, JobCounts, JobState, MAX_TRIES};
use crate::http::views::filters;
use crate::http::views::frame::Frame;

/// The jobs of each state.
#[derive(Template)]
#[template(path = "admin/jobs.html")]
pub(in crate::http) struct JobsPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) counts: JobCounts,
    pub(in crate::http) lists: Vec<(JobState, Vec<Job>)>,
}

impl JobsPage {
    /// The number of jobs in a state that are not shown.
    fn more(&self, state: &JobState, shown: usize) -> i64 {
        let all = match state {
            JobState::Failed => self.counts.failed,
            JobState::Running => self.counts.running,
            JobState::Waiting => self.counts.waiting,
            JobState::Periodic => 0,
        };
        all.saturating_sub(i64::try_from(shown).unwrap_or(i64::MAX)).max(0)
    }

    /// The heading of a state's table, and the text if there are no jobs.
    fn words(&self, state: &JobState) -> (&'static str, &'static str) {
        match state {
            JobState::Failed => ("Failed", "No job has failed."),
            JobState::Running => ("Running", "No job is running."),
            JobState::Waiting => ("Waiting", "No job is waiting."),
            JobState::Periodic => ("Periodic", "No worker has run yet."),
        }
    }
}
