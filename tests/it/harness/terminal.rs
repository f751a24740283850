//! A terminal in which a command runs, and a test answers its questions.

use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use super::Shell;

/// How long a command may take to print something.
const PATIENCE_MS: u64 = 20_000;

/// A command in a terminal.
pub(crate) struct Terminal(PtySession);

impl Terminal {
    pub(crate) fn run(shell: &Shell, words: &[&str]) -> Self {
        let plain = shell.command(words);
        // Its standard streams are the terminal.
        let mut command = std::process::Command::new(plain.get_program());
        command.args(plain.get_args()).env_clear();
        let set = plain.get_envs().filter_map(|(name, value)| Some((name, value?)));
        command.envs(set).env("TERM", "xterm").current_dir(&shell.directory);
        Self(spawn_command(command, Some(PATIENCE_MS)).expect("a pseudo-terminal"))
    }

    /// Waits until a text appears; returns the text before it.
    pub(crate) fn sees(&mut self, text: &str) -> String {
        self.0.exp_string(text).unwrap_or_else(|err| panic!("{text:?} is not shown: {err}"))
    }

    /// Types a line.
    pub(crate) fn types(&mut self, line: &str) {
        self.0.send_line(line).expect("it reads");
    }

    /// Waits for a prompt, and types a line.
    pub(crate) fn answers(&mut self, prompt: &str, line: &str) {
        self.sees(prompt);
        self.types(line);
    }

    /// Presses a key with Ctrl.
    pub(crate) fn presses_control(&mut self, key: char) {
        self.0.send_control(key).expect("it reads");
    }

    /// Waits for the end; returns the exit code and the last output.
    pub(crate) fn ends(mut self) -> (i32, String) {
        let rest = self.0.exp_eof().expect("it ends");
        match self.0.process().wait().expect("it is this process's own") {
            WaitStatus::Exited(_, code) => (code, rest),
            other => panic!("{other:?}: {rest}"),
        }
    }
}
