//! Errors of commands.

use std::process::ExitCode;

use crate::app::platform::StartError;
use crate::app::servers::ServersError;
use crate::config::ConfigError;
use crate::db::DbError;
use crate::services::fixtures::LoadError;
use crate::services::{CreateUserError, ServiceError};

/// The error of a command.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Servers(#[from] ServersError),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error(transparent)]
    Database(#[from] DbError),
    #[error(transparent)]
    CreateUser(#[from] CreateUserError),
    #[error("{file}: {source}")]
    Load { file: String, source: LoadError },
    #[error("{file}: {source}")]
    File { file: String, source: std::io::Error },
    #[error("standard output can't be written: {0}")]
    Output(&'static std::io::Error),
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Failed(String),
    #[error("interrupted")]
    Interrupted,
    #[error("psql ended with exit status {0}")]
    Shell(u8),
    #[error("the runtime can't be started: {0}")]
    Runtime(std::io::Error),
}

/// The result of a command.
pub(super) type Result<T, E = CommandError> = std::result::Result<T, E>;

impl CommandError {
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) | Self::Usage(_) => ExitCode::from(2),
            // A shell uses this exit code for a program that SIGINT ended.
            Self::Interrupted
            | Self::Servers(ServersError::Interrupted)
            | Self::Start(StartError::Servers(ServersError::Interrupted)) => ExitCode::from(130),
            Self::Shell(code) => ExitCode::from(*code),
            _ => ExitCode::from(1),
        }
    }
}
