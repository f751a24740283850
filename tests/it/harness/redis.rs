//! A client like `redis-cli`, and Redis servers for one test.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{Client, Cmd, FromRedisValue, Value};

use super::app::scratch;
use super::{App, eventually};

/// An operator's connection to a Redis.
pub(crate) struct RedisCli(MultiplexedConnection);

impl RedisCli {
    pub(crate) async fn connect(url: &str) -> Self {
        let connection = Client::open(url).expect("a URL").get_multiplexed_async_connection().await;
        Self(connection.expect("Redis answers"))
    }

    /// Runs a command, given as its arguments.
    pub(crate) async fn run<T: FromRedisValue>(&self, words: &[&str]) -> T {
        let answer = Cmd::new().arg(words).query_async(&mut self.0.clone()).await;
        answer.unwrap_or_else(|err| panic!("{words:?}: {err}"))
    }

    /// Runs a command that may be refused; the error is the server's message.
    pub(crate) async fn try_run(&self, words: &[&str]) -> Result<Value, String> {
        let answer = Cmd::new().arg(words).query_async(&mut self.0.clone()).await;
        answer.map_err(|err| format!("{err}"))
    }

    /// Runs a command with bytes as its last argument.
    pub(crate) async fn run_with(&self, words: &[&str], bytes: &[u8]) {
        let mut connection = self.0.clone();
        let answer = Cmd::new().arg(words).arg(bytes).query_async::<Value>(&mut connection).await;
        answer.unwrap_or_else(|err| panic!("{words:?}: {err}"));
    }

    /// Every key with a prefix.
    pub(crate) async fn keys(&self, start: &str) -> Vec<String> {
        let mut keys: Vec<String> = self.run(&["KEYS", &format!("{start}*")]).await;
        keys.sort();
        keys
    }

    /// The number of times that the server has run a command.
    pub(crate) async fn calls(&self, command: &str) -> u64 {
        let info: String = self.run(&["INFO", "commandstats"]).await;
        let start = format!("cmdstat_{command}:calls=");
        let line = info.lines().find_map(|line| line.strip_prefix(&start));
        line.and_then(|rest| rest.split(',').next()).map_or(0, |n| n.parse().expect("a number"))
    }

    pub(crate) async fn bytes(&self, key: &str) -> Vec<u8> {
        self.run(&["GET", key]).await
    }
}

impl App {
    /// An operator's connection to the site's Redis.
    pub(crate) async fn redis(&self) -> RedisCli {
        RedisCli::connect(&self.variables["REDIS_URL"]).await
    }

    /// The site's keys of a family: `page`, `all_properties`, `property_count`, `gen`.
    pub(crate) async fn keys(&self, family: &str) -> Vec<String> {
        self.redis().await.keys(&format!("{}:{family}:", self.prefix)).await
    }
}

/// A separate Redis for a test, which may fill, flush and kill it.
pub(crate) struct OwnRedis {
    socket: PathBuf,
    program: &'static str,
    settings: Vec<String>,
    /// The file of its settings, if it is a sentinel.
    sentinel: Option<String>,
    server: Option<Child>,
}

/// Ends the server when standard input ends, however this process ends.
const SCRIPT: &str = r#"exec 3<&0 </dev/null
"$@" 3<&- >/dev/null & server=$!
( read -r _ <&3; kill -KILL $server ) 2>/dev/null &
exec 3<&-
wait $server"#;

impl OwnRedis {
    /// Starts a server with settings, such as `["--maxmemory", "2mb"]`.
    pub(crate) async fn start(settings: &[&str]) -> Self {
        Self::start_program("redis-server", settings).await
    }

    /// Starts a Valkey; `None` if it is not installed.
    pub(crate) async fn start_valkey() -> Option<Self> {
        let asked = Command::new("valkey-server").arg("--version").output();
        match asked {
            Ok(_) => Some(Self::start_program("valkey-server", &[]).await),
            Err(_) => {
                super::say_skipped("Valkey");
                None
            }
        }
    }

    async fn start_program(program: &'static str, settings: &[&str]) -> Self {
        let mut redis = Self {
            program,
            socket: scratch().join("redis.sock"),
            settings: settings.iter().map(|text| (*text).to_owned()).collect(),
            sentinel: None,
            server: None,
        };
        redis.begin().await;
        redis
    }

    /// Starts a server on a port of 127.0.0.1, with further settings.
    pub(crate) async fn start_on(port: u16, settings: &[&str]) -> Self {
        let port = port.to_string();
        Self::start(&[&["--port", &port, "--bind", "127.0.0.1"], settings].concat()).await
    }

    /// Starts a sentinel on a port, which watches the master “site” on another port.
    pub(crate) async fn sentinel(port: u16, master: u16) -> Self {
        let directory = scratch();
        let socket = directory.join("redis.sock");
        let text = format!(
            "port {port}\nbind 127.0.0.1\nunixsocket {}\nsentinel monitor site 127.0.0.1 {master} 2\n\
            sentinel down-after-milliseconds site 500\nsentinel failover-timeout site 3000\n",
            socket.display()
        );
        let file = directory.join("sentinel.conf");
        std::fs::write(&file, text).expect("writable");
        let sentinel = Some(file.display().to_string());
        let mut redis =
            Self { program: "redis-server", socket, settings: Vec::new(), sentinel, server: None };
        redis.begin().await;
        redis
    }

    pub(crate) fn url(&self) -> String {
        format!("redis+unix://{}", self.socket.display())
    }

    pub(crate) async fn cli(&self) -> RedisCli {
        RedisCli::connect(&self.url()).await
    }

    /// Starts the server without the data of an earlier one.
    pub(crate) async fn begin(&mut self) {
        let socket = self.socket.display().to_string();
        let fixed = match &self.sentinel {
            None => vec!["--port", "0", "--save", "", "--unixsocket", &socket],
            Some(file) => vec![&**file, "--sentinel"],
        };
        let server = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "sh", self.program])
            .args(fixed)
            .args(&self.settings)
            .current_dir("/tmp")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        self.server = Some(server.expect("redis-server is installed"));
        let url = self.url();
        eventually("Redis answers", async || {
            Client::open(url.as_str()).ok()?.get_multiplexed_async_connection().await.ok()
        })
        .await;
    }

    /// Kills the server; its data is lost.
    pub(crate) fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            drop(server.stdin.take());
            server.wait().expect("it is this process's own");
        }
    }
}

impl Drop for OwnRedis {
    fn drop(&mut self) {
        self.kill();
    }
}
