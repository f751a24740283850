//! Ctrl-C and SIGTERM.
//!
//! **Invariant:** a command that is interrupted leaves nothing half done: its transaction is rolled back, and a file
//! that it was writing is as it was before.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use super::CommandError;
use crate::app::platform::StartError;

/// How long work may go on to answer Ctrl-C in words of its own.
const ANSWER: Duration = Duration::from_millis(200);
/// How long work may still block its thread, by reading a terminal for example, before the program ends without it.
const PATIENCE: Duration = Duration::from_millis(500);

/// Waits for Ctrl-C or SIGTERM.
pub(super) async fn asked_to_stop() {
    let terminate = async || -> Result<(), StartError> {
        signal(SignalKind::terminate())
            .map_err(StartError::Serve)?
            .recv()
            .await;
        Ok(())
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate() => {}
    }
}

/// Does something unless the program is asked to stop meanwhile; then it is dropped where it is. Asked twice, the
/// program ends at once: the database rolls back what was not committed.
///
/// # Errors
/// Those of the work, and [`CommandError::Interrupted`].
pub(super) async fn unless_interrupted<T>(
    work: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    let (stop, given_up) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    tokio::spawn(watch(stop.clone(), given_up.clone()));
    let mut work = pin!(work);
    tokio::select! {
        biased;
        result = &mut work => return result,
        () = stop.notified() => {}
    }
    // A question that is interrupted has an answer of its own.
    let answer = tokio::time::timeout(ANSWER, work).await;
    given_up.store(true, Ordering::Release);
    answer.unwrap_or(Err(CommandError::Interrupted))
}

async fn watch(stop: Arc<Notify>, given_up: Arc<AtomicBool>) {
    asked_to_stop().await;
    stop.notify_one();
    tokio::select! {
        () = tokio::time::sleep(PATIENCE) => {
            if !given_up.load(Ordering::Acquire) {
                std::process::exit(130);
            }
        }
        () = asked_to_stop() => std::process::exit(130),
    }
    asked_to_stop().await;
    std::process::exit(130);
}
