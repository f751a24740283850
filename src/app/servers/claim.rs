//! Makes this program the owner of a `DATA_DIR`'s servers or a guest of the owner, or reports that it can't be either.

use std::time::Duration;

use tokio::time::Instant;

use super::data_dir::DataDir;
use super::error::ServersError;
use super::lock::{Holder, Locks, POLL, Phase, Role};
use crate::app::stop::Stop;

/// How long an owner may take to become ready or to end.
const LIMIT: Duration = Duration::from_secs(60);

/// A waiting program logs that it waits after this time.
const TELL_AFTER: Duration = Duration::from_secs(1);

/// The relation of a program to the servers.
pub(super) enum Claim {
    /// This program starts and ends them.
    Owner(Locks),
    /// They run, and their owner waits for this program before it ends them.
    Guest(Locks, Holder),
}

/// Decides the role. Waits at most a minute for an owner that is starting, stopping or (for a site) a command.
pub(super) async fn claim(
    data_dir: &DataDir,
    role: Role,
    needs_postgres: bool,
    stop: &Stop,
) -> Result<Claim, ServersError> {
    let mut locks = Locks::open(data_dir)?;
    let start = Instant::now();
    let mut told = false;
    let mut before = None;
    loop {
        if locks.try_own(role)? {
            return Ok(Claim::Owner(locks));
        }
        let holder = locks.holder()?;
        match (role, &holder) {
            (Role::Command, _) => {
                if let Some(holder) = join(&mut locks, data_dir, needs_postgres)? {
                    return Ok(Claim::Guest(locks, holder));
                }
            }
            // Seen twice, because for a moment the previous holder's name may still be in the file.
            (Role::Site, Some(holder))
                if holder.refuses_sites() && before.as_ref() == Some(holder) =>
            {
                return Err(in_use(data_dir, Some(holder)));
            }
            (Role::Site, _) => {}
        }
        if start.elapsed() >= LIMIT {
            return Err(match role {
                Role::Site => in_use(data_dir, holder.as_ref()),
                Role::Command => {
                    let data_dir = data_dir.path().to_owned();
                    ServersError::OwnerBusy(data_dir, pid(holder.as_ref()), LIMIT.as_secs())
                }
            });
        }
        if !told && start.elapsed() >= TELL_AFTER {
            told = true;
            let pid = pid(holder.as_ref());
            log::info!("waiting for process {pid}, which uses {}", data_dir.path().display());
        }
        before = holder;
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            () = stop.asked() => return Err(ServersError::Interrupted),
        }
    }
}

/// Joins an owner that is ready. Its state is read under the lock that prevents it from stopping.
fn join(
    locks: &mut Locks,
    data_dir: &DataDir,
    needs_postgres: bool,
) -> Result<Option<Holder>, ServersError> {
    if !locks.try_join()? {
        return Ok(None);
    }
    match locks.holder()? {
        Some(holder) if holder.phase == Phase::Ready => {
            if needs_postgres && !holder.postgres {
                return Err(ServersError::NotOffered(data_dir.path().to_owned(), holder.pid));
            }
            Ok(Some(holder))
        }
        _ => {
            locks.leave()?;
            Ok(None)
        }
    }
}

fn in_use(data_dir: &DataDir, holder: Option<&Holder>) -> ServersError {
    ServersError::InUse(data_dir.path().to_owned(), pid(holder))
}

fn pid(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "(unknown)".to_owned(), |holder| holder.pid.to_string())
}
