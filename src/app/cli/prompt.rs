//! Prompts on the terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::time::Duration;

use super::{CommandError, Result};

/// How long restoring the terminal's echo after Ctrl-C may take. This is less than the time that others wait for it.
const RESTORED: Duration = Duration::from_millis(100);

/// Whether there is a terminal for prompts.
pub(super) fn is_possible() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks for a line.
pub(super) async fn ask(prompt: &str) -> Result<String> {
    require_terminal()?;
    let _ = write!(std::io::stderr(), "{prompt}");
    let reading = tokio::task::spawn_blocking(|| {
        let mut text = String::new();
        let read = std::io::stdin().lock().read_line(&mut text);
        read.is_ok_and(|bytes| bytes > 0).then_some(text)
    });
    let line = tokio::select! {
        line = reading => line.ok().flatten(),
        _ = tokio::signal::ctrl_c() => None,
    };
    let line = line.ok_or_else(cancelled)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Asks whether to continue.
pub(super) async fn confirm(prompt: &str) -> Result<()> {
    if !is_possible() {
        let message = "There is no terminal to ask on. Use --noinput.";
        return Err(CommandError::Usage(message.into()));
    }
    match ask(prompt).await?.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(CommandError::Failed("Operation cancelled.".into())),
    }
}

/// Asks for a secret without showing it.
pub(super) async fn ask_hidden(prompt: &'static str) -> Result<String> {
    require_terminal()?;
    let mut reading = tokio::task::spawn_blocking(move || rpassword::prompt_password(prompt));
    let text = tokio::select! {
        text = &mut reading => text.ok(),
        _ = tokio::signal::ctrl_c() => {
            let _ = tokio::time::timeout(RESTORED, reading).await;
            None
        }
    };
    text.and_then(Result::ok).ok_or_else(cancelled)
}

fn require_terminal() -> Result<()> {
    match is_possible() {
        true => Ok(()),
        false => Err(CommandError::Usage(
            "There is no terminal to ask on. Use --noinput with --username or SUPERUSER_USERNAME."
                .into(),
        )),
    }
}

fn cancelled() -> CommandError {
    let _ = writeln!(std::io::stderr());
    CommandError::Failed("Operation cancelled.".into())
}
