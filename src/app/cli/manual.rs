//! The commands `completions` and `man`.

use std::io;
use std::path::Path;

use clap_complete::Shell;
use clap_mangen::Man;

use super::{CommandError, Result, help, output};

/// The program's name in a shell.
const NAME: &str = "property-listings";

/// In bash scripts, clap_complete spells the commands of a program with a hyphen in its name in two ways, so that
/// options are never completed (<https://github.com/clap-rs/clap/issues/6421>). A test completes some.
const MISSPELT: &str = "property__subcmd__listings__subcmd__";
const SPELT: &str = "property__listings__subcmd__";

/// Prints the completion script of a shell.
pub(super) fn completions(mut command: clap::Command, shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, NAME, &mut script);
    let script = String::from_utf8_lossy(&script).replace(MISSPELT, SPELT);
    output::part(&script);
}

/// Prints the manual page of the program or of a command, or writes all of them to a directory.
pub(super) fn man(
    mut command: clap::Command,
    name: Option<&str>,
    directory: Option<&Path>,
) -> Result<()> {
    if let Some(directory) = directory {
        let at_directory =
            |source| CommandError::File { file: directory.display().to_string(), source };
        write_all(command, directory).map_err(at_directory)?;
        output::line(&format!("The manual pages are in {}.", directory.display()));
        return Ok(());
    }
    command.build();
    let command = match name {
        None => command,
        Some(name) => {
            let found = command.find_subcommand(name).cloned();
            found.ok_or_else(|| CommandError::Usage(format!("there is no command “{name}”")))?
        }
    };
    let page = rendered(&Man::new(command))
        .map_err(|source| CommandError::File { file: "the manual page".to_owned(), source })?;
    output::part(&page);
    Ok(())
}

fn write_all(command: clap::Command, directory: &Path) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let commands = command.get_subcommands().cloned();
    for man in commands.chain([command.clone()]).map(Man::new) {
        std::fs::write(directory.join(man.get_filename()), rendered(&man)?)?;
    }
    Ok(())
}

/// A manual page. Lists of alternatives that are longer than a line may be broken; examples may not.
fn rendered(man: &Man) -> io::Result<String> {
    let mut page = Vec::new();
    man.render(&mut page)?;
    let page = String::from_utf8_lossy(&page).replace("\\fR|\\fB", "\\fR|\\:\\fB");
    let lines = page.lines().map(|line| match help::is_unbroken(line) {
        true => format!(".nf\n{}\n.fi\n", help::with_spaces(line)),
        false => format!("{line}\n"),
    });
    Ok(lines.collect())
}
