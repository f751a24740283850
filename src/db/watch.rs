//! Limits on how long statements take, and what a connection still has to answer.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, timeout};
use tokio_postgres::error::Severity;
use tokio_postgres::{CancelToken, Client, Error};

use super::DbError;
use super::endpoint::Tls;
use super::parameter_types::ParameterTypes;

/// How long the statements of a client may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Outside of transactions, as the public pages read.
    pub(super) reading: Duration,
    /// Within a transaction.
    pub(super) writing: Duration,
    /// How long the server may take to end a statement when it is asked to.
    pub(super) grace: Duration,
}

/// What the connections of a pool have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) limits: Option<Limits>,
    pub(super) tls: Tls,
    /// Behind a pooler, which keeps no session for a client.
    pub(super) types: Option<ParameterTypes>,
}

/// What is known of a connection in use.
#[derive(Debug)]
pub struct Watch {
    pub(super) shared: Arc<Shared>,
    /// Statements and transactions that began and, as far as known, have not ended.
    unfinished: AtomicUsize,
    /// Whether the connection is replaced after use.
    must_be_replaced: AtomicBool,
}

impl Watch {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, unfinished: AtomicUsize::new(0), must_be_replaced: AtomicBool::new(false) }
    }

    /// The types of parameters, where statements can't be kept prepared.
    pub(super) fn types(&self) -> Option<&ParameterTypes> {
        self.shared.types.as_ref()
    }

    /// Notes that the server has something to answer.
    pub(super) fn begin(&self) {
        self.unfinished.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that the server has answered.
    pub(super) fn finish(&self) {
        self.unfinished.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether the server has answered everything that was sent.
    pub(super) fn is_finished(&self) -> bool {
        self.unfinished.load(Ordering::Relaxed) == 0
    }

    /// Has the connection replaced after use.
    pub(super) fn mark_for_replacement(&self) {
        self.must_be_replaced.store(true, Ordering::Relaxed);
    }

    /// Has the connection replaced if some work is dropped before its end, because a transaction may be open.
    pub(super) async fn uninterrupted<T>(&self, work: impl Future<Output = T>) -> T {
        let was_spoilt = self.must_be_replaced.swap(true, Ordering::Relaxed);
        let done = work.await;
        self.must_be_replaced.fetch_and(was_spoilt, Ordering::Relaxed);
        done
    }

    /// Whether the connection is replaced after use.
    pub(super) fn must_be_replaced(&self) -> bool {
        self.must_be_replaced.load(Ordering::Relaxed)
    }

    /// One of the limits, where there are limits.
    pub(super) fn limit(&self, of: impl FnOnce(&Limits) -> Duration) -> Option<Duration> {
        self.shared.limits.as_ref().map(of)
    }

    /// Runs something that the server answers, within a limit. The outer error says that the server is silent.
    pub(super) async fn run<T>(
        &self,
        limit: Option<Duration>,
        token: impl FnOnce() -> CancelToken,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<Result<T, Error>, DbError> {
        self.begin();
        let done = match (limit, self.shared.limits) {
            (Some(limit), Some(Limits { grace, .. })) => {
                let mut work = pin!(work);
                match timeout(limit, &mut work).await {
                    Ok(done) => done,
                    Err(_) => {
                        // A statement that is sent next could be ended in place of this one.
                        self.mark_for_replacement();
                        self.shared.tls.cancel(token());
                        let ended = timeout(grace, work).await;
                        let silent = "the server does not answer";
                        ended.map_err(|_| DbError::Unavailable(silent.to_owned()))?
                    }
                }
            }
            _ => work.await,
        };
        self.finish();
        // The driver learns of it only when the server has closed the connection.
        if done.as_ref().is_err_and(ends_connection) {
            self.mark_for_replacement();
        }
        Ok(done)
    }
}

/// Whether the server closes the connection after an error.
fn ends_connection(err: &Error) -> bool {
    let severity = err.as_db_error().and_then(|db| db.parsed_severity());
    matches!(severity, Some(Severity::Fatal | Severity::Panic))
}

/// How a client runs its statements: connection and limits.
#[derive(Debug, Clone, Copy)]
pub struct Driver<'a> {
    pub(super) client: &'a Client,
    pub(super) watch: &'a Watch,
    pub(super) limit: Option<Duration>,
    /// Whether a transaction has begun.
    pub(super) in_transaction: bool,
}

impl Driver<'_> {
    /// Runs a statement within the limit.
    pub(super) async fn run<T>(
        self,
        sql: &str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, DbError> {
        let begun = Instant::now();
        let token = || self.client.cancel_token();
        let done = self.watch.run(self.limit, token, work).await?;
        done.map_err(|err| DbError::of_statement(err, sql, begun.elapsed()))
    }
}
