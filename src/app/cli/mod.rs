//! The commands, named as in Django's `manage.py`.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.

mod cache;
mod check;
mod data;
mod migrations;
mod output;
mod serve;
mod users;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::logging;
use super::platform::{Platform, StartError};
use super::servers::Role;
use crate::config::{Config, ConfigError};
use crate::db::DbError;
use crate::http;
use crate::services::fixtures::{DumpError, LoadError};
use crate::services::{CreateUserError, ServiceError};

/// A property-listings website: fast because everything is cached, right because nothing stale is served.
///
/// Without a command it serves the site. Everything is configured by environment variables or a .env file; see
/// .env.example.
#[derive(Debug, Parser)]
#[command(name = "property-listings", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site (the default); applies pending migrations first
    Serve {
        /// Leave the database as it is
        #[arg(long)]
        no_migrate: bool,
    },
    /// Apply pending migrations
    Migrate,
    /// List all migrations, and mark those that are applied
    Showmigrations,
    /// Create an account that may do everything
    Createsuperuser {
        /// The login name; asked for if it is not given
        #[arg(long)]
        username: Option<String>,
        /// Where mail reaches them
        #[arg(long)]
        email: Option<String>,
        /// Ask nothing; the password comes from SUPERUSER_PASSWORD
        #[arg(long)]
        noinput: bool,
    },
    /// Change a user's password, and end their sessions
    Changepassword {
        /// The login name
        username: String,
    },
    /// Add made-up listings, the same ones every time
    Sampledata {
        /// How many
        #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
        count: u64,
    },
    /// Load listings from CSV or JSON Lines files; each file is one transaction
    Loaddata {
        /// The files; - is standard input
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Load the good rows of a file that has bad ones
        #[arg(long)]
        skip_invalid: bool,
        /// The files' format; told from their names or contents if it is not given
        #[arg(long)]
        format: Option<DataFormat>,
    },
    /// Write all listings to standard output
    Dumpdata {
        /// The format
        #[arg(long, default_value = "csv")]
        format: DataFormat,
        /// A file to write instead; - is standard output
        #[arg(long, short, default_value = "-")]
        output: PathBuf,
    },
    /// Look at the cache, clear it, warm it or test it
    #[command(name = "manage_cache")]
    ManageCache(CacheAction),
    /// Look for problems of the configuration and the servers
    Check {
        /// Also look for what a public site should not have
        #[arg(long)]
        deploy: bool,
    },
    /// Print the description of the site's addresses for programs (OpenAPI 3.1)
    Openapi,
}

#[derive(Debug, Args)]
struct CacheAction {
    #[command(flatten)]
    what: CacheVerb,
    /// How to print the result
    #[arg(long, default_value = "text")]
    format: OutputFormat,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct CacheVerb {
    /// Each level's entries and bytes, and the lifetimes left
    #[arg(long)]
    status: bool,
    /// Remove this site's entries from every level and instance
    #[arg(long)]
    clear: bool,
    /// Fetch the first pages of the list and their listings
    #[arg(long)]
    warm: bool,
    /// Create, update and delete a probe listing, and check that the caches follow
    #[arg(long)]
    test_signals: bool,
    /// Redis's figures, with advice
    #[arg(long)]
    metrics: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DataFormat {
    Csv,
    Jsonl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    Text,
    Json,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error(transparent)]
    Database(#[from] DbError),
    #[error(transparent)]
    CreateUser(#[from] CreateUserError),
    #[error("{file}: {source}")]
    Load { file: String, source: LoadError },
    #[error(transparent)]
    Dump(#[from] DumpError),
    #[error("{file}: {source}")]
    File {
        file: String,
        source: std::io::Error,
    },
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Failed(String),
    #[error("the runtime can't be started: {0}")]
    Runtime(std::io::Error),
}

impl CommandError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) | Self::Usage(_) => ExitCode::from(2),
            _ => ExitCode::from(1),
        }
    }
}

/// Runs the command of the process's arguments.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let command = cli.command.unwrap_or(Command::Serve { no_migrate: false });
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            output::error(&err.to_string());
            err.exit_code()
        }
    }
}

fn run(command: Command) -> Result<(), CommandError> {
    let config = Config::from_environment()?;
    // A command's own lines are its output; the site's are its log.
    let level = match command {
        // Of the libraries only what went wrong; that a client sends nonsense is not.
        Command::Serve { .. } => {
            "info,actix_server=warn,actix_http=off,refinery_core=warn,tokio_postgres=warn"
        }
        _ => "warn",
    };
    logging::start(level);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CommandError::Runtime)?;
    runtime.block_on(dispatch(command, config))
}

async fn dispatch(command: Command, config: Config) -> Result<(), CommandError> {
    match command {
        Command::Serve { no_migrate } => return serve::run(config, !no_migrate).await,
        Command::Check { deploy } => return check::run(config, deploy).await,
        Command::Openapi => {
            output::json(&http::api_description(config.site.debug));
            return Ok(());
        }
        _ => {}
    }
    let platform = Platform::start(config, Role::Command, Vec::new()).await?;
    let result = with_platform(command, &platform).await;
    platform.stop().await;
    result
}

async fn with_platform(command: Command, platform: &Platform) -> Result<(), CommandError> {
    let read_only = matches!(command, Command::Migrate | Command::Showmigrations);
    if !read_only {
        platform.require_migrated().await?;
    }
    match command {
        Command::Migrate => migrations::migrate(platform).await,
        Command::Showmigrations => migrations::show(platform).await,
        Command::Createsuperuser {
            username,
            email,
            noinput,
        } => users::create_superuser(platform, username, email, noinput).await,
        Command::Changepassword { username } => users::change_password(platform, &username).await,
        Command::Sampledata { count } => data::sample(platform, count).await,
        Command::Loaddata {
            files,
            skip_invalid,
            format,
        } => data::load(platform, &files, skip_invalid, format).await,
        Command::Dumpdata { format, output } => data::dump(platform, format, &output).await,
        Command::ManageCache(action) => cache::run(platform, &action).await,
        Command::Serve { .. } | Command::Check { .. } | Command::Openapi => Ok(()),
    }
}
