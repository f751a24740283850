//! Asks whoever sits at the terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use super::CommandError;

/// Whether there is somebody to ask.
pub(super) fn is_possible() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks for a line.
///
/// # Errors
/// When there is no terminal, or the answer is Ctrl-C or Ctrl-D.
pub(super) async fn ask(prompt: &str) -> Result<String, CommandError> {
    if !is_possible() {
        return Err(CommandError::Usage(
            "There is no terminal to ask on. Use --noinput with --username.".into(),
        ));
    }
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

/// Asks for something that is not shown.
///
/// # Errors
/// When the answer is Ctrl-C or Ctrl-D.
pub(super) fn ask_hidden(prompt: &str) -> Result<String, CommandError> {
    rpassword::prompt_password(prompt).map_err(|_| cancelled())
}

fn cancelled() -> CommandError {
    let _ = writeln!(std::io::stderr());
    CommandError::Failed("Operation cancelled.".into())
}
