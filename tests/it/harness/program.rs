//! The program, run as by a shell.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use super::app::scratch;
use super::{App, Plan};

/// The output of a command, and its exit code.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Asserts success; returns the standard output.
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// Asserts the exit code; returns the standard error.
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!(self.code, code, "{self:?}");
        self.err
    }
}

/// An environment with the program's variables.
pub(crate) struct Shell {
    pub(crate) variables: BTreeMap<&'static str, String>,
    pub(crate) directory: PathBuf,
}

impl Shell {
    /// An environment without the program's variables.
    pub(crate) fn bare() -> Self {
        Self { variables: BTreeMap::new(), directory: scratch() }
    }

    /// The environment of a plan.
    pub(crate) fn of(plan: &Plan) -> Self {
        Self { variables: plan.variables.clone(), ..Self::bare() }
    }

    /// The environment of a plan with some listings.
    pub(crate) async fn with_homes(count: u32) -> (Plan, Self) {
        let plan = Plan::with_homes(count).await;
        let shell = Self::of(&plan);
        (plan, shell)
    }

    /// The environment of a running site.
    pub(crate) fn beside(app: &App) -> Self {
        Self { variables: app.variables.clone(), ..Self::bare() }
    }

    pub(crate) fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.insert(name, value.into());
        self
    }

    /// Writes a file in the environment's directory.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.directory.join(name);
        std::fs::write(&path, text).expect("the directory is writable");
        path.display().to_string()
    }

    /// The program with its arguments in this environment.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_property-listings"));
        command.args(words).current_dir(&self.directory).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).envs(&self.variables);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Said {
        self.run_with(words, "")
    }

    /// Runs a command with a text as standard input.
    pub(crate) fn run_with(&self, words: &[&str], input: &str) -> Said {
        let mut child = self.command(words).spawn().expect("it was built");
        let mut stdin = child.stdin.take().expect("it is piped");
        let input = input.to_owned();
        let writer = std::thread::spawn(move || {
            // Some commands don't read to the end.
            let _ = stdin.write_all(input.as_bytes());
        });
        let output = child.wait_with_output().expect("it ends");
        writer.join().expect("no panic");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Said {
            code: output.status.code().expect("it ends by itself"),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Starts a command, whose standard input stays open.
    pub(crate) fn begin(&self, words: &[&str]) -> Running {
        let child = self.command(words).spawn().expect("it was built");
        Running { child }
    }

    /// Starts `serve`, and returns when it listens.
    pub(crate) fn serve(&self, words: &[&str]) -> Serving {
        self.serve_by(self.command(words))
    }

    /// Starts `serve` with a listening socket, as systemd does.
    pub(crate) fn serve_on(&self, socket: OwnedFd) -> Serving {
        let program = self.command(&["serve"]);
        // systemd passes file descriptors from 3 on, and LISTEN_PID names the receiving process.
        let mut command = Command::new("sh");
        let script = "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"";
        command.args(["-c", script, "sh"]).arg(program.get_program()).args(program.get_args());
        let variables = program.get_envs().filter_map(|(name, value)| Some((name, value?)));
        command.env_clear().envs(variables).stdin(Stdio::from(socket));
        self.serve_by(command)
    }

    /// Starts `serve` with a given command.
    fn serve_by(&self, mut command: Command) -> Serving {
        let mut child = command.stderr(Stdio::piped()).spawn().expect("it was built");
        let mut log = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut lines = String::new();
        let origin = loop {
            let from = lines.len();
            let length = log.read_line(&mut lines).expect("text");
            assert_ne!(length, 0, "it ended before it listened: {lines}");
            if let Some((_, origin)) = lines[from..].split_once("listening on ") {
                // In a JSON line, the text ends with a quotation mark.
                break origin.split(['"', '\n']).next().unwrap_or_default().trim().to_owned();
            }
        };
        // A full pipe would block it.
        let said = Arc::new(Mutex::new(lines));
        let rest = said.clone();
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                rest.lock().expect("no panic").push_str(&(line + "\n"));
            }
        });
        Serving { child, origin, said }
    }
}

/// A running command.
pub(crate) struct Running {
    child: Child,
}

impl Running {
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Waits until it writes a line with a text to standard error.
    pub(crate) fn says(&mut self, text: &str) {
        let err = self.child.stderr.as_mut().expect("it is piped");
        let mut said = Vec::new();
        // Byte by byte, so that the rest is left for later.
        while !(said.ends_with(b"\n") && String::from_utf8_lossy(&said).contains(text)) {
            let mut byte = [0];
            let read = err.read(&mut byte).expect("readable");
            let so_far = String::from_utf8_lossy(&said);
            assert_ne!(read, 0, "{text} is not said: {so_far}");
            said.extend(byte);
        }
    }

    /// Waits for its end; returns its exit code and the standard error.
    pub(crate) fn wait(mut self) -> (Option<i32>, String) {
        // Kept open until it has ended.
        let stdin = self.child.stdin.take();
        let output = self.child.wait_with_output().expect("it ends");
        drop(stdin);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn signal(child: &Child, name: &str) {
    let pid = child.id().to_string();
    let mut kill = Command::new("/bin/sh");
    kill.args(["-c", r#"kill -s "$1" "$2""#, "sh", name, &pid]);
    assert!(kill.status().expect("sh runs").success());
}

/// A site that runs as a separate program.
pub(crate) struct Serving {
    child: Child,
    pub(crate) origin: String,
    said: Arc<Mutex<String>>,
}

impl Serving {
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Its log so far.
    pub(crate) fn log(&self) -> String {
        self.said.lock().expect("no panic").clone()
    }

    /// Waits for its end; returns its exit code.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("it is this process's own").code()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("it is this process's own").is_some()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if !self.has_ended() {
            self.child.kill().expect("it is this process's own");
            self.wait();
        }
    }
}
