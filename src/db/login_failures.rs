//! The table `login_failure`: throttling that holds for every instance and survives the loss of Redis.

use std::time::Duration;

use super::{GenericClient, Result, cached};

/// Makes others who try the same subjects wait until this transaction ends. The subjects are sorted, so that no two
/// transactions wait for each other.
pub async fn lock(client: &impl GenericClient, subjects: &[String]) -> Result<()> {
    let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
    for subject in subjects {
        cached::one(client, sql, &[subject]).await?;
    }
    Ok(())
}

/// How long until one of these subjects may try again; `None` when all may now.
pub async fn find_wait(
    client: &impl GenericClient,
    subjects: &[String],
    limit: i64,
    window: Duration,
) -> Result<Option<Duration>> {
    let sql = include_str!("../../sql/queries/login_failure_find_wait.sql");
    let row = cached::one(client, sql, &[&subjects, &limit, &window.as_secs_f64()]).await?;
    let seconds: Option<f64> = row.get(0);
    Ok(seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
}

/// Notes a failed login at an account from an address against each subject, and forgets some that are older than an
/// hour.
pub async fn insert(
    client: &impl GenericClient,
    subjects: &[String],
    account: &str,
    address: &str,
) -> Result<()> {
    let sql = include_str!("../../sql/queries/login_failure_insert.sql");
    cached::execute(client, sql, &[&subjects, &account, &address]).await.map(drop)
}

/// Forgets the failures of an account from an address, after a successful login from there.
pub async fn delete(client: &impl GenericClient, account: &str, address: &str) -> Result<()> {
    let sql = "DELETE FROM login_failure WHERE account = $1 AND address = $2";
    cached::execute(client, sql, &[&account, &address]).await.map(drop)
}
