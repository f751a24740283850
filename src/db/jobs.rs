//! The table `job`.

use std::time::Duration;

use serde_json::Value;
use tokio_postgres::Row;

use super::{DbError, GenericClient, Result, cached};
use crate::domain::{Job, JobCounts, JobId, JobKind, JobState, MAX_TRIES};

/// The error of a job whose workers all ended before it was done.
const LOST: &str = "Each time, the worker ended before the job was done.";
/// The maximum length of an error, in characters.
const MAX_ERROR: usize = 2000;

/// A job that a worker has claimed. The number of tries distinguishes this claim from later ones.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// Its number.
    pub id: JobId,
    /// The kind of work.
    pub kind: JobKind,
    /// The job's data.
    pub payload: Value,
    /// The number of tries, including this one.
    pub tries: i32,
}

/// Adds a job, which is due when the transaction commits. It is not added if another job has its key.
pub async fn insert(
    client: &impl GenericClient,
    kind: JobKind,
    payload: &Value,
    key: Option<&str>,
) -> Result<()> {
    let sql = "INSERT INTO job (kind, payload, key, period) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING";
    let period = kind.period().and_then(|period| i32::try_from(period.as_secs()).ok());
    cached::execute(client, sql, &[&kind.name(), payload, &key, &period]).await.map(drop)
}

/// Adds jobs that run once. Each is due a pause after the one before, so that other jobs need not wait for all of them.
pub async fn insert_all(
    client: &impl GenericClient,
    kind: JobKind,
    payloads: &[Value],
    pause: Duration,
) -> Result<()> {
    let sql = "INSERT INTO job (kind, payload, run_at)
        SELECT $1, payload, now() + (number - 1) * make_interval(secs => $3)
        FROM unnest($2::jsonb[]) WITH ORDINALITY AS added (payload, number)";
    cached::execute(client, sql, &[&kind.name(), &payloads, &pause.as_secs_f64()]).await.map(drop)
}

/// Claims the job that has been due for longest, if one is due.
pub async fn claim(
    client: &impl GenericClient,
    worker: &str,
    lease: Duration,
) -> Result<Option<Claimed>> {
    let sql = include_str!("../../sql/queries/job_claim.sql");
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&worker, &lease.as_secs_f64(), &kinds(), &MAX_TRIES, &LOST];
    let claimed = |row: &Row| {
        let kind = JobKind::named(row.get(1)).ok_or(DbError::Corrupt("kind"))?;
        Ok(Claimed { id: JobId(row.get(0)), kind, payload: row.get(2), tries: row.get(3) })
    };
    cached::find(client, sql, &parameters, claimed).await?.transpose()
}

/// Marks a claimed job as done, unless another worker has taken it over.
pub async fn finish(client: &impl GenericClient, worker: &str, job: &Claimed) -> Result<()> {
    let sql = include_str!("../../sql/queries/job_finish.sql");
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
        [&job.id.0, &worker, &job.tries, &job.kind.name()];
    cached::execute(client, sql, &parameters).await.map(drop)
}

/// Records why a claimed job failed, and when it is tried again: after a time, or never for `None`.
pub async fn fail(
    client: &impl GenericClient,
    worker: &str,
    job: &Claimed,
    error: &str,
    again: Option<Duration>,
    is_outage: bool,
) -> Result<()> {
    let sql = include_str!("../../sql/queries/job_fail.sql");
    let plain = error.chars().map(|c| if c.is_control() { ' ' } else { c });
    let error: String = plain.take(MAX_ERROR).collect();
    let error = if error.is_empty() { "unknown" } else { &error };
    let again = again.map(|again| again.as_secs_f64());
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
        [&job.id.0, &worker, &job.tries, &error, &again, &is_outage];
    cached::execute(client, sql, &parameters).await.map(drop)
}

/// Extends the leases of all jobs that a worker is running.
pub async fn extend(client: &impl GenericClient, worker: &str, lease: Duration) -> Result<()> {
    let sql = "UPDATE job SET run_at = clock_timestamp() + make_interval(secs => $2)
        WHERE claimed_by = $1 AND failed_at IS NULL";
    cached::execute(client, sql, &[&worker, &lease.as_secs_f64()]).await.map(drop)
}

/// Returns the unfinished jobs of a worker to the queue; their tries do not count.
pub async fn release(client: &impl GenericClient, worker: &str) -> Result<u64> {
    let sql = "UPDATE job SET claimed_by = NULL, run_at = clock_timestamp(), tries = tries - 1
        WHERE claimed_by = $1 AND failed_at IS NULL";
    cached::execute(client, sql, &[&worker]).await
}

/// The time until the next job is due; `None` if there is none.
pub async fn find_wait(client: &impl GenericClient) -> Result<Option<Duration>> {
    let sql = "SELECT extract(epoch FROM run_at - clock_timestamp())::float8 FROM job
        WHERE failed_at IS NULL AND kind = ANY ($1) ORDER BY run_at LIMIT 1";
    let seconds: Option<f64> = cached::find(client, sql, &[&kinds()], |row| row.get(0)).await?;
    Ok(seconds.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default()))
}

/// The jobs in a state, up to a limit.
pub async fn list(client: &impl GenericClient, state: JobState, limit: i64) -> Result<Vec<Job>> {
    let sql = include_str!("../../sql/queries/job_list.sql");
    cached::list(client, sql, &[&state.name(), &limit], job).await
}

/// The numbers of jobs.
pub async fn count(client: &impl GenericClient) -> Result<JobCounts> {
    let row = cached::one(client, include_str!("../../sql/queries/job_counts.sql"), &[]).await?;
    let overdue = Duration::try_from_secs_f64(row.get(3)).unwrap_or_default();
    let (waiting, running, failed, blocked) = (row.get(0), row.get(1), row.get(2), row.get(4));
    Ok(JobCounts { waiting, running, failed, overdue, blocked })
}

/// Makes failed jobs due again with all their tries: one, or all. Returns how many.
pub async fn retry(client: &impl GenericClient, id: Option<JobId>) -> Result<u64> {
    let sql = "WITH woken AS (SELECT pg_notify('property_job', ''))
        UPDATE job SET failed_at = NULL, tries = 0, run_at = created_at, is_outage = false
        FROM woken WHERE failed_at IS NOT NULL AND ($1::bigint IS NULL OR id = $1)";
    cached::execute(client, sql, &[&id.map(|id| id.0)]).await
}

/// Removes a failed job; returns whether it existed.
pub async fn delete_failed(client: &impl GenericClient, id: JobId) -> Result<bool> {
    let sql = "DELETE FROM job WHERE id = $1 AND failed_at IS NOT NULL";
    Ok(cached::execute(client, sql, &[&id.0]).await? > 0)
}

/// The kinds that this release knows: another release that runs at the same time may have others.
fn kinds() -> Vec<&'static str> {
    JobKind::ALL.into_iter().map(JobKind::name).collect()
}

fn job(row: &Row) -> Job {
    Job {
        id: JobId(row.get("id")),
        kind: row.get("kind"),
        payload: row.get("payload"),
        created_at: row.get("created_at"),
        run_at: row.get("run_at"),
        tries: row.get("tries"),
        claimed_by: row.get("claimed_by"),
        started_at: row.get("started_at"),
        finished_at: row.get("finished_at"),
        error: row.get("error"),
        failed_at: row.get("failed_at"),
    }
}
