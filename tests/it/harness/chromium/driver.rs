//! Finds Chromium and its driver on this machine, and runs the driver.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The names of browsers, with the variable that selects another one.
const BROWSERS: (&str, &[&str]) = (
    "CHROMIUM",
    &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "/opt/homebrew/bin/chromium",
        "/usr/local/bin/chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ],
);
/// The names of drivers, with the variable that selects another one.
const DRIVERS: (&str, &[&str]) = (
    "CHROMEDRIVER",
    &[
        "chromedriver",
        "/usr/lib/chromium-browser/chromedriver",
        "/opt/homebrew/bin/chromedriver",
        "/usr/local/bin/chromedriver",
    ],
);

const INSTALL: &str = "On Debian: apt install chromium chromium-driver. On Ubuntu, whose packages are snaps that see no \
    files of the tests: Google Chrome from https://www.google.com/chrome/, and the driver of the same version from \
    https://googlechromelabs.github.io/chrome-for-testing/. On macOS: brew install --cask google-chrome chromedriver. \
    Or name both programs in CHROMIUM and CHROMEDRIVER.";

/// Ends the driver and every process that it started when standard input ends, however this process ends.
const SCRIPT: &str = r#"exec 3<&0 </dev/null
"$@" 3<&- & driver=$!
( read -r _ <&3; kill -KILL 0 ) >/dev/null 2>&1 &
exec 3<&-
wait $driver"#;

/// The browser's program.
pub(super) fn browser() -> PathBuf {
    find(BROWSERS).unwrap_or_else(|| panic!("Chromium is not installed. {INSTALL}"))
}

/// Fails with instructions if the browser or its driver is not installed.
pub(super) fn assert_installed() {
    browser();
    driver();
}

fn driver() -> PathBuf {
    find(DRIVERS).unwrap_or_else(|| panic!("Chromium's driver is not installed. {INSTALL}"))
}

/// A running driver; it ends, with its browsers, when it is dropped.
pub(super) struct Driver {
    process: Child,
    pub(super) url: String,
    directory: PathBuf,
}

impl Driver {
    /// Starts a driver that keeps its files, and its browser's, in a directory.
    pub(super) fn start(directory: PathBuf) -> Self {
        std::fs::create_dir_all(&directory).expect("the run's directory is writable");
        let program = driver();
        let mut command = Command::new("/bin/sh");
        // Otherwise crash reports, caches and sockets would stay in the home directory and `/tmp`. On macOS, the paths
        // of temporary files are too long for sockets.
        let variables: &[&str] = match cfg!(target_os = "linux") {
            true => &["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR"],
            false => &[],
        };
        command.envs(variables.iter().map(|name| (name, &directory)));
        let mut process = command
            .args(["-c", SCRIPT, "sh"])
            .arg(&program)
            .arg("--port=0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("there is a shell");
        let mut output = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut lines = String::new();
        let port = loop {
            let from = lines.len();
            let length = output.read_line(&mut lines).expect("text");
            assert_ne!(length, 0, "{} ended: {lines}", program.display());
            if let Some((_, port)) = lines[from..].split_once("started successfully on port ") {
                break port.trim().trim_end_matches('.').to_owned();
            }
        };
        // A full pipe would block it.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        Self { process, url: format!("http://127.0.0.1:{port}"), directory }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().expect("it is this process's own");
        // Files that a dying process still holds are removed with the run's directory.
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// The first installed program, or the one that a variable names.
fn find((variable, names): (&str, &[&str])) -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Some(path.into());
    }
    let path: OsString = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let places = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|path| is_usable(path))
}

/// Whether a program exists and is not a snap: snaps have their own `/tmp`.
fn is_usable(path: &Path) -> bool {
    let Ok(program) = path.canonicalize() else {
        return false;
    };
    let small = program.metadata().is_ok_and(|meta| meta.len() < 1 << 16);
    let starts_snap =
        || std::fs::read_to_string(&program).is_ok_and(|text| text.contains("/snap/"));
    program.is_file() && !program.ends_with("usr/bin/snap") && !(small && starts_snap())
}
