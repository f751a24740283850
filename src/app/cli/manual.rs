//! `completions` and `man`: the commands, for shells and for `man`.

use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Cli, CommandError, output};

/// The program's name in a shell.
const NAME: &str = "property-listings";

/// For bash, clap_complete spells a command of a program with a hyphen in its name in two ways, so that its options are
/// never completed (<https://github.com/clap-rs/clap/issues/6421>). A test completes some.
const MISSPELT: &str = "property__subcmd__listings__subcmd__";
const SPELT: &str = "property__listings__subcmd__";

/// Prints the script by which a shell completes the commands.
pub(super) fn completions(shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut script);
    let script = String::from_utf8_lossy(&script).replace(MISSPELT, SPELT);
    output::bytes(script.as_bytes());
}

/// Prints the manual page of the program or of a command, or writes all of them to a directory.
///
/// # Errors
/// When there is no such command, or the directory can't be written.
pub(super) fn man(name: Option<&str>, directory: Option<&Path>) -> Result<(), CommandError> {
    if let Some(directory) = directory {
        let at_directory = |source| CommandError::File {
            file: directory.display().to_string(),
            source,
        };
        std::fs::create_dir_all(directory).map_err(at_directory)?;
        clap_mangen::generate_to(Cli::command(), directory).map_err(at_directory)?;
        output::line(&format!("The manual pages are in {}.", directory.display()));
        return Ok(());
    }
    let mut command = Cli::command();
    command.build();
    let command = match name {
        None => command,
        Some(name) => {
            let found = command.find_subcommand(name).cloned();
            found.ok_or_else(|| CommandError::Usage(format!("there is no command “{name}”")))?
        }
    };
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command).render(&mut page);
    rendered.map_err(|source| CommandError::File {
        file: "the manual page".to_owned(),
        source,
    })?;
    output::bytes(&page);
    Ok(())
}
