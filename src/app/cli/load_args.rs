//! The arguments of `loaddata`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{CommandError, Result, data, output, trial};
use crate::app::platform::Platform;
use crate::services::fixtures::{Choices, DateOrder, DecimalSign, Kind, LoadOptions, Missing};

#[derive(Debug, Args)]
pub(super) struct LoadArgs {
    /// The files to load; - is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Load the valid rows of a file that has invalid rows
    #[arg(long)]
    skip_invalid: bool,
    /// Read CSV files that the admin of an earlier release exported: remove the apostrophes that protect cells from spreadsheets
    #[arg(long)]
    sheet: bool,
    /// The format of the files. Default: detected from the contents
    #[arg(long, value_parser = data::kind_parser())]
    format: Option<Kind>,
    /// Read a column as a field. Several columns may be read as one field, and one column as several
    #[arg(long, value_name = "COLUMN=FIELD")]
    map: Vec<String>,
    /// Do not read a column
    #[arg(long, value_name = "COLUMN")]
    ignore: Vec<String>,
    /// The value of a field where the file has none
    #[arg(long, value_name = "FIELD=VALUE")]
    default: Vec<String>,
    /// The decimal sign of numbers: . or ,
    #[arg(long, value_name = "SIGN")]
    decimal: Option<DecimalSign>,
    /// Whether the day (dmy) or the month (mdy) of a date comes first
    #[arg(long, value_name = "ORDER")]
    date_order: Option<DateOrder>,
    /// The encoding of the files, such as windows-1252. Default: detected from the contents
    #[arg(long)]
    encoding: Option<String>,
    /// The folder with the photos that a column names, separated by |. Names are compared without folders, ignoring case
    #[arg(long, value_name = "DIR")]
    photos: Option<PathBuf>,
    /// Write these choices to a file, for --map-file
    #[arg(long, value_name = "FILE")]
    save_map: Option<PathBuf>,
    /// Read choices from a file. Options on the command line take precedence
    #[arg(long, value_name = "FILE")]
    map_file: Option<PathBuf>,
    /// Withdraw the listings that the file does not have, unless they are more than half of all
    #[arg(long)]
    withdraw_missing: bool,
    /// Show what would be added, changed, withdrawn and refused, and load nothing. The exit code is 1 if rows are invalid
    #[arg(long)]
    dry_run: bool,
    /// With --withdraw-missing: withdraw even more than half of all listings
    #[arg(long, requires = "withdraw_missing")]
    force: bool,
}

impl LoadArgs {
    pub(super) async fn run(self, platform: &Platform) -> Result<()> {
        let choices = self.choices()?;
        if self.withdraw_missing && self.files.len() > 1 {
            let message = "--withdraw-missing takes one file: each of several files lacks the listings of the others.";
            return Err(CommandError::Usage(message.to_owned()));
        }
        if let Some(path) = &self.save_map {
            let text = serde_json::to_string_pretty(&choices).unwrap_or_default();
            fs::write(path, text + "\n").map_err(|source| of_file(path, source))?;
            output::note(&format!("The choices were written to {}.", path.display()));
        }
        let missing = match (self.withdraw_missing, self.force) {
            (false, _) => Missing::Keep,
            (true, false) => Missing::Withdraw,
            (true, true) => Missing::WithdrawAny,
        };
        let options = LoadOptions {
            skip_invalid: self.skip_invalid,
            is_sheet: self.sheet,
            format: self.format,
            choices,
            missing,
            photos: None,
            most_bytes: None,
        };
        let photos = self.photos.as_deref();
        match self.dry_run {
            true => trial::run(platform, &self.files, &options, photos).await,
            false => data::load(platform, &self.files, &options, photos).await,
        }
    }

    fn choices(&self) -> Result<Choices> {
        let usage = |message: String| CommandError::Usage(message);
        let mut choices = Choices {
            ignore: self.ignore.clone(),
            decimal: self.decimal,
            date_order: self.date_order,
            encoding: self.encoding.clone(),
            ..Choices::default()
        };
        self.map.iter().try_for_each(|text| choices.add_map(text)).map_err(usage)?;
        self.default.iter().try_for_each(|text| choices.add_default(text)).map_err(usage)?;
        let Some(path) = &self.map_file else { return Ok(choices) };
        let text = fs::read_to_string(path).map_err(|source| of_file(path, source))?;
        let kept = serde_json::from_str(&text)
            .map_err(|err| usage(format!("{} has no choices: {err}.", path.display())))?;
        Ok(choices.or(kept))
    }
}

fn of_file(path: &Path, source: std::io::Error) -> CommandError {
    CommandError::File { file: path.display().to_string(), source }
}
