//! `check`: problems of the configuration, the files and the servers, each with its remedy.

mod database;
mod deployment;
mod files;
pub(super) mod finding;
mod mail;
mod redis;
mod servers;
mod strength;

use std::path::PathBuf;

use super::interrupt::unless_interrupted;
use super::{CommandError, Result};
use crate::app::platform::{Platform, StartError};
use crate::app::servers::{Role, ServersError};
use crate::app::stop::Stop;
use crate::config::Config;
use finding::{CheckArgs, Finding};

pub(super) async fn run(config: Config, args: CheckArgs, stop: &Stop) -> Result<()> {
    let mut findings = Vec::new();
    if args.deploy {
        let rust_log = std::env::var("RUST_LOG").unwrap_or_default();
        findings.extend(deployment::findings(&config, &rust_log));
        findings.extend(files::findings(&config, dot_env().as_deref()));
    }
    findings.extend(mail::findings(&config, args.deploy).await);
    match Platform::start(config, Role::Command, Vec::new(), stop).await {
        Ok(platform) => {
            let asking = async { Ok(servers::findings(&platform, args.deploy).await) };
            let found = unless_interrupted(stop, platform.ending(), Box::pin(asking)).await;
            platform.stop().await;
            findings.extend(found?);
        }
        Err(StartError::Servers(ServersError::Interrupted)) => {
            return Err(CommandError::Interrupted);
        }
        Err(err) => findings.push(Finding::new(
            "servers.E001",
            err.to_string(),
            "Fix the problem in the message.",
        )),
    }
    finding::report(findings, &args)
}

/// The `.env` file, in the working directory or above it.
fn dot_env() -> Option<PathBuf> {
    let directory = std::env::current_dir().ok()?;
    let mut candidates = directory.ancestors().map(|above| above.join(".env"));
    candidates.find(|path| path.is_file())
}
