//! Opens connections and runs their protocol.
//!
//! PostgreSQL's protocol runs on its own thread. Otherwise a worker that renders a page, or waits, would delay the
//! statements of other workers on connections that it had opened.

use std::io;
use std::sync::LazyLock;
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use deadpool_postgres::ClientWrapper;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinHandle, JoinSet};
use tokio_postgres::CancelToken;

use super::DbError;
use super::endpoint::{Endpoint, Opened, Tls};

/// The time limit of a request to cancel a statement.
const CANCEL: Duration = Duration::from_secs(3);
/// The time limit of a connection check; then the connection is replaced.
pub(super) const CHECK: Duration = Duration::from_millis(100);

/// The runtime of the protocol's thread.
static THREAD: LazyLock<io::Result<Runtime>> = LazyLock::new(|| {
    let mut thread = Builder::new_multi_thread();
    thread.worker_threads(1).thread_name("postgres").enable_all().build()
});

/// Starts the protocol's thread.
///
/// # Errors
/// [`DbError::Configuration`] if the system refuses a thread.
pub(super) fn start() -> Result<(), DbError> {
    let refused = |err: &io::Error| DbError::Configuration(format!("no thread could start: {err}"));
    THREAD.as_ref().map(|_| ()).map_err(refused)
}

fn thread() -> &'static Runtime {
    THREAD.as_ref().expect("no pool exists before it started")
}

/// Runs a task on the protocol's thread.
pub(super) fn spawn<T: Send + 'static>(
    task: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    thread().spawn(task)
}

/// Connects, and runs statements that set up the session; the connection runs on the protocol's thread. Dropping the
/// future aborts the attempt.
pub(super) async fn open(endpoint: Endpoint, settings: &'static str) -> Result<Opened, DbError> {
    let mut attempt = JoinSet::new();
    attempt.spawn_on(async move { endpoint.open(settings).await }, thread().handle());
    match attempt.join_next().await.expect("one task was spawned") {
        Ok(opened) => opened,
        // Only this future aborts the task.
        Err(err) => std::panic::resume_unwind(err.into_panic()),
    }
}

/// Opens a pool's connections.
#[derive(Debug)]
pub(super) struct Connector {
    pub(super) endpoint: Endpoint,
    /// Statements that set up each connection.
    pub(super) settings: &'static str,
}

impl Manager for Connector {
    type Type = ClientWrapper;
    type Error = DbError;

    async fn create(&self) -> Result<ClientWrapper, DbError> {
        let (client, connection) = open(self.endpoint.clone(), self.settings).await?;
        let driver = spawn(async move {
            if let Err(err) = connection.await {
                log::debug!("a connection of the pool was lost: {err}");
            }
        });
        Ok(ClientWrapper::new(client, driver))
    }

    // A client returns a connection only when it is clean.
    async fn recycle(&self, client: &mut ClientWrapper, _: &Metrics) -> RecycleResult<DbError> {
        match client.is_closed() {
            true => Err(RecycleError::message("the connection is closed")),
            false => Ok(()),
        }
    }
}

impl Tls {
    /// Asks the server, in the background, to cancel the statement that a connection runs.
    pub(super) fn cancel(&self, statement: CancelToken) {
        let tls = self.0.clone();
        spawn(async move {
            let asking = tokio::time::timeout(CANCEL, statement.cancel_query(tls));
            if !matches!(asking.await, Ok(Ok(()))) {
                log::debug!("the server can't be asked to end a statement");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_attempt_that_is_given_up_leaves_no_connection() {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let server = server.expect("a free port");
        let mut config = tokio_postgres::Config::new();
        let port = server.local_addr().expect("a port").port();
        config.host("127.0.0.1").port(port).user("site");
        let endpoint = Endpoint::new(config.into(), |_| {});
        let attempt = tokio::time::timeout(Duration::from_millis(50), open(endpoint, ""));
        let (attempt, accepted) = tokio::join!(attempt, server.accept());
        assert!(attempt.is_err(), "the server says nothing");
        let (mut accepted, _) = accepted.expect("accepted");
        let mut sent = Vec::new();
        let reading = tokio::io::AsyncReadExt::read_to_end(&mut accepted, &mut sent);
        let closed = tokio::time::timeout(Duration::from_secs(10), reading).await;
        closed.expect("the connection is closed").expect("read");
    }
}
