//! The commands, named as in Django's `manage.py`.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 130 interrupted.

mod cache;
mod check;
mod data;
mod dbshell;
mod error;
mod examples;
mod help;
mod hints;
mod interrupt;
mod load_args;
mod mail;
mod manual;
mod media;
mod migrations;
mod output;
mod printconfig;
mod problems;
mod prompt;
mod replacement;
mod serve;
mod trial;
mod users;
mod worker;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;

use super::logging;
use super::platform::Platform;
use super::servers::Role;
use super::stop::Stop;
use crate::config::Config;
use crate::http;
use crate::services::fixtures::Format;
use cache::CacheAction;
use check::finding::CheckArgs;
use error::{CommandError, Result};
use interrupt::unless_interrupted;
use load_args::LoadArgs;
use media::MediaAction;
use output::OutputFormat;

/// A property-listings website that caches its pages and never serves a stale page after a change.
///
/// Without a command it serves the site. Everything is configured by environment variables or a .env file; see
/// .env.example.
#[derive(Debug, Parser)]
#[command(name = "property-listings", version, after_help = help::below(examples::PROGRAM))]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site (the default); applies pending migrations first
    #[command(after_help = help::below(examples::SERVE))]
    Serve {
        /// Do not apply migrations
        #[arg(long)]
        no_migrate: bool,
    },
    /// Run background jobs, such as sending mail, without serving the site
    #[command(after_help = help::below(examples::WORKER))]
    Worker,
    /// Send a test mail, and report problems
    #[command(after_help = help::below(examples::SENDTESTEMAIL))]
    Sendtestemail {
        /// The recipients
        #[arg(required = true, value_name = "ADDRESS")]
        addresses: Vec<String>,
    },
    /// Apply pending migrations
    #[command(after_help = help::below(examples::MIGRATE))]
    Migrate {
        /// Print what would be applied, without applying it
        #[arg(long)]
        plan: bool,
        /// Exit with 1 if migrations are pending, without applying them
        #[arg(long)]
        check: bool,
    },
    /// List all migrations, and mark those that are applied
    Showmigrations {
        /// List them in the order in which they are applied, with the app's name
        #[arg(long, short)]
        plan: bool,
        /// The output format
        #[arg(long, default_value = "text")]
        format: OutputFormat,
    },
    /// Create an account with all permissions
    #[command(after_help = help::below(examples::CREATESUPERUSER))]
    Createsuperuser {
        /// The username. If omitted, the command asks for it, or uses SUPERUSER_USERNAME with --noinput
        #[arg(long)]
        username: Option<String>,
        /// The email address
        #[arg(long)]
        email: Option<String>,
        /// Do not prompt; take the password from SUPERUSER_PASSWORD
        #[arg(long, visible_alias = "no-input")]
        noinput: bool,
    },
    /// Change a user's password, and end their sessions
    #[command(after_help = help::below(examples::CHANGEPASSWORD))]
    Changepassword {
        /// The username. Default: the name of the operating-system user who runs the command
        username: Option<String>,
    },
    /// Delete expired sessions, and uploaded files that were not imported
    Clearsessions,
    /// Add made-up listings, the same ones each time
    #[command(after_help = help::below(examples::SAMPLEDATA))]
    Sampledata {
        /// The number of listings to add
        #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
        count: u64,
    },
    /// Load listings from a file: CSV, XLSX, OpenDocument, JSON Lines, JSON, BLM or a Django dump. Each file is one transaction
    #[command(after_help = help::below(examples::LOADDATA))]
    Loaddata(LoadArgs),
    /// Write all listings to standard output
    #[command(after_help = help::below(examples::DUMPDATA))]
    Dumpdata {
        /// The output format
        #[arg(long, default_value = "csv", value_parser = data::format_parser())]
        format: Format,
        /// The file to write; - is standard output
        #[arg(long, short, default_value = "-")]
        output: PathBuf,
    },
    /// Show, explain, clear, warm or test the cache
    #[command(name = "manage_cache", after_help = help::below(examples::MANAGE_CACHE))]
    ManageCache(CacheAction),
    /// Check the files of photos, or remove those that are not used
    #[command(name = "manage_media", after_help = help::below(examples::MANAGE_MEDIA))]
    ManageMedia(MediaAction),
    /// Check the configuration and the servers for problems
    #[command(after_help = help::below(examples::CHECK))]
    Check(CheckArgs),
    /// Print the API description (OpenAPI 3.1)
    Openapi,
    /// Run psql on the site's database, including a private one
    #[command(after_help = help::below(examples::DBSHELL))]
    Dbshell {
        /// Arguments for psql
        #[arg(last = true)]
        arguments: Vec<OsString>,
    },
    /// Print all configuration variables with their current values; secrets are hidden
    #[command(visible_alias = "diffsettings", after_help = help::below(examples::PRINTCONFIG))]
    Printconfig {
        /// Print only the variables that are set
        #[arg(long)]
        changed: bool,
        /// The output format
        #[arg(long, default_value = "text")]
        format: OutputFormat,
    },
    /// Print the completion script for a shell
    #[command(after_help = help::below(examples::COMPLETIONS))]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page of the program or of a command
    #[command(after_help = help::below(examples::MAN))]
    Man {
        /// The command to describe
        command: Option<String>,
        /// Write all pages to a directory instead
        #[arg(long, short, value_name = "DIRECTORY", conflicts_with = "command")]
        output: Option<PathBuf>,
    },
}

/// Runs the command of the process's arguments.
pub fn main() -> ExitCode {
    let result = match Cli::try_parse() {
        Ok(cli) => run(cli.command.unwrap_or(Command::Serve { no_migrate: false })),
        Err(err) if err.use_stderr() => return help::refuse(err),
        Err(asked) => {
            help::print(&asked);
            Ok(())
        }
    };
    match result.and_then(|()| output::finish()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            output::error(&err.to_string());
            err.exit_code()
        }
    }
}

fn run(command: Command) -> Result<(), CommandError> {
    // These commands work without a valid configuration, so that users can read how to fix it.
    match command {
        Command::Completions { shell } => {
            manual::completions(Cli::command(), shell);
            return Ok(());
        }
        Command::Man { command, output } => {
            return manual::man(Cli::command(), command.as_deref(), output.as_deref());
        }
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CommandError::Runtime)?;
    let guard = runtime.enter();
    // Handles signals before anything starts that needs an orderly shutdown.
    let stop = match command {
        Command::Openapi | Command::Printconfig { .. } => Stop::never(),
        _ => Stop::on_signals().map_err(CommandError::Runtime)?,
    };
    drop(guard);
    let config = Config::from_environment()?;
    let filter = match command {
        Command::Serve { .. } | Command::Worker => logging::of_site(config.site.debug),
        // A command's own lines are its output; only a site logs information.
        _ => "warn".to_owned(),
    };
    logging::start(&filter, config.site.log_format);
    let result = runtime.block_on(dispatch(command, config, stop));
    // Otherwise the runtime would wait for a prompt that is still open.
    runtime.shutdown_background();
    result
}

async fn dispatch(mut command: Command, config: Config, stop: Stop) -> Result<(), CommandError> {
    match command {
        Command::Serve { no_migrate } => {
            return Box::pin(serve::run(config, !no_migrate, stop)).await;
        }
        Command::Sendtestemail { addresses } => return mail::send_test(&config, &addresses).await,
        Command::Worker => return Box::pin(worker::run(config, &stop)).await,
        Command::Check(args) => return Box::pin(check::run(config, args, &stop)).await,
        Command::Dbshell { arguments } => return dbshell::run(config, arguments, &stop).await,
        Command::Openapi => {
            output::json(&http::api_description(config.site.debug));
            return Ok(());
        }
        Command::Printconfig { changed, format } => {
            printconfig::run(&config, changed, format);
            return Ok(());
        }
        Command::Changepassword { username } => {
            let username = Some(users::own_name(username)?);
            command = Command::Changepassword { username };
        }
        _ => {}
    }
    let platform = Platform::start(config, Role::Command, Vec::new(), &stop).await?;
    let work = Box::pin(with_platform(command, &platform));
    let result = unless_interrupted(&stop, platform.ending(), work).await;
    cache::leave_no_probe(&platform).await;
    platform.stop().await;
    result
}

async fn with_platform(command: Command, platform: &Platform) -> Result<(), CommandError> {
    let read_only = matches!(command, Command::Migrate { .. } | Command::Showmigrations { .. });
    if !read_only {
        platform.require_migrated().await?;
    }
    match command {
        Command::Migrate { plan, check } => migrations::migrate(platform, plan, check).await,
        Command::Showmigrations { plan, format } => migrations::show(platform, plan, format).await,
        Command::Createsuperuser { username, email, noinput } => {
            users::create_superuser(platform, username, email, noinput).await
        }
        Command::Changepassword { username } => {
            users::change_password(platform, &username.unwrap_or_default()).await
        }
        Command::Clearsessions => users::clear_sessions(platform).await,
        Command::Sampledata { count } => data::sample(platform, count).await,
        Command::Loaddata(args) => args.run(platform).await,
        Command::Dumpdata { format, output } => data::dump(platform, format, &output).await,
        Command::ManageCache(action) => cache::run(platform, &action).await,
        Command::ManageMedia(action) => media::run(platform, &action).await,
        Command::Serve { .. }
        | Command::Worker
        | Command::Sendtestemail { .. }
        | Command::Check(_)
        | Command::Openapi
        | Command::Dbshell { .. }
        | Command::Printconfig { .. }
        | Command::Completions { .. }
        | Command::Man { .. } => Ok(()),
    }
}
