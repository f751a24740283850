//! Background jobs: adding them, running them, and what operators see of them.
//!
//! **Invariant:** a job is added in the transaction that causes it, so that it exists if and only if that committed.
//!
//! **Invariant:** a job is done at least once: a worker that is killed keeps its claim no longer than its lease. A mail may
//! be sent twice then, with the same `Message-ID`.

pub(super) mod error;
pub(super) mod figures;

use figures::JobFigures;

use super::Result;
use crate::db::{Database, jobs};
use crate::domain::{Job, JobCounts, JobId, JobState};

/// The most jobs of a state that are shown.
const MOST_SHOWN: i64 = 100;

/// Shows jobs and retries them; cheap to clone.
#[derive(Clone)]
pub struct Jobs {
    pub(super) database: Database,
    pub(super) figures: JobFigures,
}

impl Jobs {
    pub(super) fn new(database: Database) -> Self {
        Self { database, figures: JobFigures::default() }
    }

    /// The jobs of each state, some of each, and how many there are.
    pub async fn list(&self) -> Result<(JobCounts, Vec<(JobState, Vec<Job>)>)> {
        let client = self.database.client().await?;
        let mut lists = Vec::new();
        for state in JobState::ALL {
            lists.push((state, jobs::list(&client, state, MOST_SHOWN).await?));
        }
        Ok((jobs::count(&client).await?, lists))
    }

    /// Tries failed jobs again: one, or all. Returns how many.
    pub async fn retry(&self, id: Option<JobId>) -> Result<u64> {
        Ok(jobs::retry(&self.database.client().await?, id).await?)
    }

    /// Removes a failed job; returns whether it was there.
    pub async fn delete(&self, id: JobId) -> Result<bool> {
        Ok(jobs::delete_failed(&self.database.client().await?, id).await?)
    }

    /// Counts the jobs, for the metrics.
    pub async fn sample(&self) {
        let counted = async {
            Ok::<_, super::ServiceError>(jobs::count(&self.database.client().await?).await?)
        };
        match counted.await {
            Ok(counts) => self.figures.note(counts),
            Err(err) => log::debug!("the jobs could not be counted, trying again: {err}"),
        }
    }
}
