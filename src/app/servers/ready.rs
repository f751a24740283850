//! Waits until a server answers, and says why when it doesn't.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::error::ServersError;
use super::process::Supervised;
use crate::app::stop::Stop;

/// How long a server may take to answer.
const LIMIT: Duration = Duration::from_secs(60);

/// How long one attempt may take.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(5);

/// A server that died this often before it answered won't start.
const MAX_DEATHS: u32 = 3;

/// Repeats `attempt` until it succeeds. `server` is this program's own; a server of another program has none.
pub(super) async fn wait(
    name: &'static str,
    log: &Path,
    server: Option<&Supervised>,
    stop: &Stop,
    attempt: impl AsyncFn() -> Result<(), String>,
) -> Result<(), ServersError> {
    let start = tokio::time::Instant::now();
    loop {
        let outcome = tokio::select! {
            outcome = tokio::time::timeout(ATTEMPT_LIMIT, attempt()) => outcome,
            () = stop.asked() => return Err(ServersError::Interrupted),
        };
        let reason = match outcome {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(reason)) => reason,
            Err(_) => "it does not respond".to_owned(),
        };
        let dead = server.is_some_and(|server| server.deaths() >= MAX_DEATHS);
        if dead || start.elapsed() >= LIMIT {
            return Err(ServersError::NotReady {
                server: name,
                reason: if dead { "it stops immediately".to_owned() } else { reason },
                log: log.to_owned(),
                tail: tail(log),
            });
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// The last lines of a log.
pub(super) fn tail(log: &Path) -> String {
    const LINES: usize = 20;
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines.iter().skip(lines.len().saturating_sub(LINES));
    tail.map(|line| format!("  {line}\n")).collect()
}
