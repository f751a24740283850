//! Findings of a check, and their output.

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::json;

use crate::app::cli::output::{self, OutputFormat};
use crate::app::cli::{CommandError, Result};

/// The severity of a finding, as in Django.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[value(rename_all = "UPPER")]
#[serde(rename_all = "UPPERCASE")]
pub(in crate::app::cli) enum Level {
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

/// The arguments of `check`.
#[derive(Debug, Args)]
pub(in crate::app::cli) struct CheckArgs {
    /// Also check for problems of a public deployment
    #[arg(long)]
    pub(super) deploy: bool,
    /// Exit with 1 if a finding has at least this level
    #[arg(long, value_name = "LEVEL", default_value = "ERROR", ignore_case = true)]
    fail_level: Level,
    /// Ignore a finding, such as database.W001; may be repeated
    #[arg(long, value_name = "ID")]
    silence: Vec<String>,
    /// The output format
    #[arg(long, default_value = "text")]
    format: OutputFormat,
}

/// A problem or information, with its remedy.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub(super) level: Level,
    pub(super) id: &'static str,
    pub(super) problem: String,
    pub(super) remedy: String,
}

impl Finding {
    /// A finding. The letter in its id is the level: `E` for an error, `W` for a warning, `I` for information.
    pub(super) fn new(
        id: &'static str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let level = match id.split_once('.') {
            Some((_, number)) if number.starts_with('E') => Level::Error,
            Some((_, number)) if number.starts_with('I') => Level::Info,
            _ => Level::Warning,
        };
        Self { level, id, problem: problem.into(), remedy: remedy.into() }
    }
}

/// Prints the findings, the most severe first.
pub(super) fn report(mut findings: Vec<Finding>, args: &CheckArgs) -> Result<()> {
    let before = findings.len();
    findings.retain(|found| !args.silence.iter().any(|id| id == found.id));
    let silenced = before - findings.len();
    findings.sort_by_key(|found| std::cmp::Reverse(found.level));
    let failed = findings.iter().any(|found| found.level >= args.fail_level);
    let count = match findings.len() {
        0 => "no issues".to_owned(),
        1 => "1 issue".to_owned(),
        many => format!("{many} issues"),
    };
    let line = format!("System check identified {count} ({silenced} silenced).");
    match args.format {
        OutputFormat::Json => output::json(&json!({
            "success": !failed, "silenced": silenced, "issues": findings,
        })),
        OutputFormat::Text => {
            tell(&findings);
            if !failed {
                output::line(&line);
            }
        }
    }
    match failed {
        true => Err(CommandError::Failed(line)),
        false => Ok(()),
    }
}

fn tell(findings: &[Finding]) {
    let mut told = None;
    for found in findings {
        if told != Some(found.level) {
            output::note(match found.level {
                Level::Critical => "CRITICALS:",
                Level::Error => "ERRORS:",
                Level::Warning => "WARNINGS:",
                Level::Info => "INFOS:",
                Level::Debug => "DEBUGS:",
            });
            told = Some(found.level);
        }
        let Finding { id, problem, remedy, .. } = found;
        output::note(&format!("({id}) {problem}\n    HINT: {remedy}"));
    }
}
