//! Two instances behind nginx, restarted one after the other.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::harness::{Plan, Shell, TOKEN, free_port, say_skipped, scratch, until};

/// nginx with the example's upstream and location, without TLS.
struct Nginx {
    process: Child,
    errors: PathBuf,
}

impl Nginx {
    /// Starts it in front of two instances; `None` if it is not installed.
    fn start(port: u16, instances: &[String; 2]) -> Option<Self> {
        let programs = ["/usr/sbin/nginx", "/usr/local/bin/nginx", "/opt/homebrew/bin/nginx"];
        let program = programs.into_iter().find(|path| Path::new(path).exists())?;
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/ops/nginx/property-listings.conf");
        let example = std::fs::read_to_string(path).expect("the example");
        let part = |start: &str, end: &str| {
            let from = example.find(start).expect(start);
            let length = example[from..].find(end).expect(end) + end.len();
            example[from..from + length].to_owned()
        };
        let upstream = part("upstream property_listings", "\n}")
            .replace("# server 127", "server 127")
            .replace("127.0.0.1:8000", &instances[0])
            .replace("127.0.0.1:8001", &instances[1]);
        let location = part("location / {", "\n    }");
        let folder = scratch();
        let shown = folder.display();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {shown}/{name};"))
            .concat();
        let config = format!(
            "daemon off; pid {shown}/pid; error_log {shown}/error.log; events {{}}
            http {{ access_log off; {temporary} {upstream}
            server {{ listen 127.0.0.1:{port}; {location} }} }}"
        );
        let file = folder.join("nginx.conf");
        std::fs::write(&file, config).expect("writable");
        let mut nginx = Command::new(program);
        let errors = folder.join("error.log");
        nginx.arg("-e").arg(&errors).arg("-c").arg(file);
        let process = nginx.stdin(Stdio::null()).spawn().expect("nginx starts");
        Some(Self { process, errors })
    }

    /// The connections that an instance reset.
    fn resets(&self) -> Vec<String> {
        let errors = std::fs::read_to_string(&self.errors).expect("a log");
        errors.lines().filter(|line| line.contains("reset by peer")).map(str::to_owned).collect()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers end with it, which they don't after a KILL.
        let pid = self.process.id().to_string();
        let _ = Command::new("/bin/sh").args(["-c", "kill \"$1\"", "sh", &pid]).status();
        let _ = self.process.wait();
    }
}

const PATHS: [&str; 5] = [
    "/properties/",
    "/properties/?format=json",
    "/properties/no-cache/",
    "/properties/3/",
    "/properties/?location=Leith&sort=-price",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_request_fails_while_two_instances_are_restarted_one_after_the_other() {
    let ports = [free_port(), free_port()];
    restart_both(
        ports.map(|port| format!("127.0.0.1:{port}")),
        ports.map(|port| ("PORT", port.to_string())),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_fails_while_two_instances_on_unix_sockets_are_restarted() {
    let sockets = [scratch(), scratch()].map(|folder| format!("unix:{}/s", folder.display()));
    restart_both(sockets.clone(), sockets.map(|socket| ("HOST", socket))).await;
}

/// Restarts instances one after the other while nginx, which resolves their names, sends them requests.
async fn restart_both(names: [String; 2], settings: [(&'static str, String); 2]) {
    let port = free_port();
    let Some(nginx) = Nginx::start(port, &names) else {
        return say_skipped("nginx");
    };
    let plan = Plan::with_homes(30).await.set("DRAIN_SECONDS", "2");
    let start = |(setting, value): &(&'static str, String)| {
        Shell::of(&plan).set(setting, value.clone()).serve(&["serve"])
    };
    let mut running = settings.each_ref().map(|setting| Some(start(setting)));
    let site = format!("http://127.0.0.1:{port}");
    let client = reqwest::Client::new();
    until("nginx answers", async || client.get(format!("{site}/healthz")).send().await.is_ok())
        .await;
    let done = AtomicBool::new(false);
    let (reads, writes) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let read = async |from: usize| {
        for (answered, path) in PATHS.iter().cycle().skip(from).enumerate() {
            if done.load(Ordering::Relaxed) {
                break;
            }
            let response = client.get(format!("{site}{path}")).send().await.expect(path);
            assert_eq!(response.status(), 200, "{path} after {answered}");
            assert!(!response.bytes().await.expect(path).is_empty());
            reads.fetch_add(1, Ordering::Relaxed);
        }
    };
    // nginx does not repeat a POST that it may have sent.
    let write = async || {
        let mut answered = 0;
        while !done.load(Ordering::Relaxed) {
            let clear = client.post(format!("{site}/properties/cache-clear/"));
            let form = [("tag", "location:nowhere"), ("confirm", "yes")];
            let response = clear.bearer_auth(TOKEN).form(&form).send().await.expect("a clear");
            assert_eq!(response.status(), 200, "a clear after {answered}");
            answered += 1;
            writes.fetch_add(1, Ordering::Relaxed);
        }
    };
    let restart = async {
        for (at, setting) in settings.iter().enumerate() {
            let mut instance = running[at].take().expect("it runs");
            instance.signal("TERM");
            let ended = tokio::task::spawn_blocking(move || instance.wait()).await;
            assert_eq!(ended.expect("ended"), Some(0));
            running[at] = Some(tokio::task::block_in_place(|| start(setting)));
        }
        until("enough was requested", async || {
            reads.load(Ordering::Relaxed) > 300 && writes.load(Ordering::Relaxed) > 50
        })
        .await;
        done.store(true, Ordering::Relaxed);
    };
    tokio::join!(read(0), read(1), read(2), write(), restart);
    // nginx repeats a GET, so clients would not notice a reset.
    assert_eq!(nginx.resets(), Vec::<String>::new());
}
