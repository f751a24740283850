//! Prints help, or the errors of the arguments.

use std::borrow::Cow;
use std::io;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice, stream::RawStream};
use clap::Error;
use clap::error::{ContextKind, ContextValue};

use super::{hints, output};

/// The placeholder for a space at which clap must not break a line.
const UNBROKEN: &str = "\u{a0}";

/// The text below a command's options. Its indented lines are commands to copy, so clap must not break them, however
/// narrow the terminal is. [`with_spaces`] restores the spaces afterwards.
pub(super) fn below(text: &str) -> String {
    let lines = text.split('\n').map(|line| match line.starts_with("  ") {
        true => Cow::Owned(line.replace(' ', UNBROKEN)),
        false => Cow::Borrowed(line),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Replaces the placeholders in clap's output with spaces.
pub(super) fn with_spaces(text: &str) -> String {
    text.replace(UNBROKEN, " ")
}

/// Whether a line must not be broken.
pub(super) fn is_unbroken(line: &str) -> bool {
    line.starts_with(UNBROKEN)
}

/// Prints the requested help or version.
pub(super) fn print(asked: &Error) {
    output::part(&rendered(asked, &io::stdout()));
}

/// Prints the errors of the arguments.
pub(super) fn refuse(mut err: Error) -> ExitCode {
    if let Some(ContextValue::String(name)) = err.get(ContextKind::InvalidSubcommand)
        && let Some(hint) = hints::find(name)
    {
        err.remove(ContextKind::SuggestedSubcommand);
        let hint = ContextValue::StyledStrs(vec![hint.into()]);
        err.insert(ContextKind::Suggested, hint);
    }
    output::note(rendered(&err, &io::stderr()).trim_end());
    // 2 means wrong usage.
    ExitCode::from(2)
}

/// The output with colours if the terminal shows them.
fn rendered<S: RawStream>(err: &Error, to: &S) -> String {
    let text = err.render();
    with_spaces(&match AutoStream::choice(to) {
        ColorChoice::Never => text.to_string(),
        _ => text.ansi().to_string(),
    })
}
