//! Faults in which the database loses transactions and then assigns their ids again.

use std::time::{Duration, Instant};

use super::Servers;
use crate::run::Run;
use crate::windows::RECOVERY;

/// Rows that are created after a loss must not get the ids of lost ones, because the checker identifies rows by them.
const SKIP_NUMBERS: &str = "SELECT setval(sequence, pg_sequence_last_value(sequence) + 1000000)
    FROM (SELECT pg_get_serial_sequence('property', 'id')::regclass AS sequence) AS of_listings
    WHERE pg_sequence_last_value(sequence) IS NOT NULL";

/// A standby that has received nothing for a while takes over at the same address.
pub(super) async fn failover(
    run: &Run,
    servers: &mut Servers,
    length: Duration,
) -> anyhow::Result<()> {
    let writing = run.writing.write().await;
    let standby = servers.postgres.copy().await?;
    let since = Instant::now();
    drop(writing);
    tokio::time::sleep(length).await;
    let _writing = run.writing.write().await;
    run.ledger.lose(since, None);
    servers.postgres.fail_over(standby).await?;
    go_on(run, since).await
}

/// Restores a dump from a while ago into the same database.
pub(super) async fn restore(
    run: &Run,
    servers: &mut Servers,
    length: Duration,
) -> anyhow::Result<()> {
    let writing = run.writing.write().await;
    servers.postgres.dump().await?;
    let since = Instant::now();
    drop(writing);
    tokio::time::sleep(length).await;
    let _writing = run.writing.write().await;
    run.ledger.lose(since, None);
    servers.postgres.restore().await?;
    go_on(run, since).await
}

async fn go_on(run: &Run, since: Instant) -> anyhow::Result<()> {
    run.ledger.lose(since, Some(Instant::now() + RECOVERY));
    let client = run.postgres.connect().await?;
    client.simple_query(SKIP_NUMBERS).await?;
    Ok(())
}
