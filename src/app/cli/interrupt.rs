//! Handles Ctrl-C and SIGTERM.
//!
//! **Invariant:** an interrupted command leaves nothing half done: its transaction is rolled back, a file that it was
//! writing is unchanged, and the private servers that it started have been shut down.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{CommandError, Result};
use crate::app::servers::Ending;
use crate::app::stop::Stop;

/// How long work may take to handle Ctrl-C itself.
const ANSWER: Duration = Duration::from_millis(200);
/// How long work may block its thread, by reading a terminal for example, before the program ends without it.
const PATIENCE: Duration = Duration::from_millis(500);

/// Runs work until it is done or the program is asked to stop; then drops the work. After a second signal, the program
/// ends as soon as the private servers have ended: the database rolls back the open transaction.
///
/// # Errors
/// The errors of the work, and [`CommandError::Interrupted`].
pub(super) async fn unless_interrupted<T>(
    stop: &Stop,
    servers: Ending,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let given_up = Arc::new(AtomicBool::new(false));
    tokio::spawn(watch(stop.clone(), given_up.clone(), servers));
    let mut work = pin!(work);
    let done = tokio::select! {
        biased;
        result = &mut work => Some(result),
        () = stop.asked() => None,
    };
    let done = match done {
        Some(result) => result,
        // An interrupted prompt has its own error.
        None => match tokio::time::timeout(ANSWER, work).await {
            Ok(answer) => answer,
            Err(_) => Err(CommandError::Interrupted),
        },
    };
    given_up.store(true, Ordering::Release);
    done
}

async fn watch(stop: Stop, given_up: Arc<AtomicBool>, servers: Ending) {
    stop.asked().await;
    tokio::select! {
        () = tokio::time::sleep(PATIENCE) => {}
        () = stop.asked_twice() => {}
    }
    if given_up.load(Ordering::Acquire) {
        stop.asked_twice().await;
    }
    servers.run().await;
    std::process::exit(130);
}
