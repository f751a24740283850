//! The table `login_failure`: throttling of logins and of visitors' forms, for all instances. It survives the loss of
//! Redis.

use std::time::Duration;

use super::{GenericClient, Result, cached};

/// Makes other attempts of the same subjects wait until this transaction ends.
pub async fn lock(client: &impl GenericClient, subjects: &[&String]) -> Result<()> {
    let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
    for subject in subjects {
        cached::one(client, sql, &[*subject]).await?;
    }
    Ok(())
}

/// How long until a subject may try again; `None` if it may now.
pub async fn find_wait(
    client: &impl GenericClient,
    subject: &str,
    limit: i64,
    window: Duration,
) -> Result<Option<Duration>> {
    let sql = include_str!("../../sql/queries/login_failure_find_wait.sql");
    let window = window.as_secs_f64();
    let seconds: Option<f64> =
        cached::find(client, sql, &[&subject, &limit, &window], |row| row.get(0)).await?;
    Ok(seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
}

/// Counts an attempt for each subject with its limit, or returns the first subject that must wait, and how long. Other
/// attempts of the same subjects wait until this transaction ends; all transactions must name subjects in the same order,
/// so that none wait for each other.
pub async fn admit<'a>(
    client: &impl GenericClient,
    limited: &'a [(String, i64)],
    account: &str,
    address: &str,
    window: Duration,
) -> Result<Option<(&'a str, Duration)>> {
    let subjects: Vec<_> = limited.iter().map(|(subject, _)| subject).collect();
    lock(client, &subjects).await?;
    for (subject, limit) in limited {
        if let Some(wait) = find_wait(client, subject, *limit, window).await? {
            return Ok(Some((subject, wait)));
        }
    }
    insert(client, &subjects, account, address).await?;
    Ok(None)
}

/// The number of failed logins at an account within a time from other addresses.
pub async fn count_elsewhere(
    client: &impl GenericClient,
    account: &str,
    address: &str,
    window: Duration,
) -> Result<i64> {
    let sql = "SELECT count(*) FROM login_failure WHERE subject = $1 AND address <> $2
        AND at > clock_timestamp() - make_interval(secs => $3)";
    let row = cached::one(client, sql, &[&account, &address, &window.as_secs_f64()]).await?;
    Ok(row.get(0))
}

/// Records a failed login at an account from an address for each subject, and deletes some that are older than an hour.
pub async fn insert(
    client: &impl GenericClient,
    subjects: &[&String],
    account: &str,
    address: &str,
) -> Result<()> {
    let sql = include_str!("../../sql/queries/login_failure_insert.sql");
    cached::execute(client, sql, &[&subjects, &account, &address]).await.map(drop)
}

/// Deletes the failures of an account from an address, after a successful login from there.
pub async fn delete(client: &impl GenericClient, account: &str, address: &str) -> Result<()> {
    let sql = "DELETE FROM login_failure WHERE account = $1 AND address = $2";
    cached::execute(client, sql, &[&account, &address]).await.map(drop)
}
