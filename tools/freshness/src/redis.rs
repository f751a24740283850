//! The run's Redis: started, frozen, killed and restarted by the checker.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, Pipeline, Value};

use crate::process::{Process, Program, find, tail};
use crate::proxy::Target;
use crate::tls::{Tls, free_port};

/// A Redis with its data in the run's directory.
pub(crate) struct Redis {
    program: Program,
    process: Option<Process>,
    directory: PathBuf,
    /// The port that has TLS.
    port: Option<u16>,
}

/// How the server ends before a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It is killed, and everything is lost.
    Killed,
    /// It saves, and restarts with its data.
    Saved,
    /// It ends normally, without saving.
    Unsaved,
    /// It restarts with older data, as from a backup or a lagging replica.
    RolledBack(Duration),
}

impl Redis {
    pub(crate) async fn create(
        directory: &Path,
        user: Option<(u32, u32)>,
        tls: Option<&Tls>,
    ) -> anyhow::Result<Self> {
        let others = ["/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"].map(PathBuf::from);
        let server = find(&["redis-server", "valkey-server"], &others)?;
        let socket = directory.join("redis.sock");
        let mut words = vec![server.into_os_string()];
        words.extend(["--port", "0", "--save", "", "--maxmemory-policy"].map(Into::into));
        words.extend(["allkeys-lru", "--dir"].map(Into::into));
        words.extend([directory.into(), "--unixsocket".into(), socket.into_os_string()]);
        let mut port = None;
        if let Some(Tls { certificate, key }) = tls {
            let free = free_port()?;
            port = Some(free);
            words.extend(["--bind", "127.0.0.1", "--tls-auth-clients", "no"].map(Into::into));
            words.extend(["--tls-port".into(), free.to_string().into()]);
            words.extend(["--tls-key-file".into(), key.clone().into_os_string()]);
            for option in ["--tls-cert-file", "--tls-ca-cert-file"] {
                words.extend([option.into(), certificate.clone().into_os_string()]);
            }
        }
        let program = Program {
            words,
            variables: Vec::new(),
            directory: directory.to_owned(),
            log: directory.join("redis.log"),
            signal: "KILL",
            user,
        };
        let mut redis = Self { program, process: None, directory: directory.to_owned(), port };
        redis.start().await?;
        Ok(redis)
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.directory.join("redis.sock")
    }

    /// Where the site reaches it.
    pub(crate) fn target(&self) -> Target {
        self.port.map_or_else(|| Target::Socket(self.socket()), Target::Port)
    }

    async fn start(&mut self) -> anyhow::Result<()> {
        self.process = Some(self.program.start().await?);
        let begun = Instant::now();
        loop {
            if let Ok(cli) = self.cli().await
                && cli.run::<String>(&["PING"]).await.is_ok()
            {
                return Ok(());
            }
            if begun.elapsed() > Duration::from_secs(20) {
                bail!("Redis does not start:\n{}", tail(&self.program.log));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A connection like that of `redis-cli`.
    pub(crate) async fn cli(&self) -> anyhow::Result<Cli> {
        Cli::connect(&self.socket()).await
    }

    /// Stops the server, waits, and starts it again.
    pub(crate) async fn restart(&mut self, how: Ending, down: Duration) -> anyhow::Result<()> {
        let cli = self.cli().await?;
        match how {
            Ending::Killed => {}
            // The connection closes instead of answering.
            Ending::Saved => drop(cli.run::<Value>(&["SHUTDOWN", "SAVE"]).await),
            Ending::Unsaved => drop(cli.run::<Value>(&["SHUTDOWN", "NOSAVE"]).await),
            Ending::RolledBack(before) => {
                cli.run::<String>(&["SAVE"]).await?;
                tokio::time::sleep(before).await;
            }
        }
        let mut process = self.process.take().context("it runs")?;
        if matches!(how, Ending::Killed | Ending::RolledBack(_)) {
            process.signal("KILL").await?;
        }
        process.ended().await?;
        tokio::time::sleep(down).await;
        let kept = matches!(how, Ending::Saved | Ending::RolledBack(_));
        let dump = self.directory.join("dump.rdb");
        if !kept {
            // There is no file if nothing was saved.
            let _ = std::fs::remove_file(&dump);
        }
        self.start().await?;
        let _ = std::fs::remove_file(&dump);
        Ok(())
    }

    pub(crate) async fn freeze(&self, time: Duration) -> anyhow::Result<()> {
        let process = self.process.as_ref().context("it runs")?;
        process.signal("STOP").await?;
        tokio::time::sleep(time).await;
        process.signal("CONT").await
    }

    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        match self.process.take() {
            Some(process) => process.kill().await,
            None => Ok(()),
        }
    }
}

/// A connection to the run's Redis, without a proxy.
#[derive(Clone)]
pub(crate) struct Cli(MultiplexedConnection);

impl Cli {
    pub(crate) async fn connect(socket: &Path) -> anyhow::Result<Self> {
        let client = Client::open(format!("redis+unix://{}", socket.display()))?;
        let limits = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(2)))
            .set_response_timeout(Some(Duration::from_secs(10)));
        let connection = client.get_multiplexed_async_connection_with_config(&limits).await?;
        Ok(Self(connection))
    }

    /// Runs a command, given as its arguments.
    pub(crate) async fn run<T: FromRedisValue>(&self, words: &[&str]) -> anyhow::Result<T> {
        let mut command = Cmd::new();
        words.iter().for_each(|word| {
            command.arg(*word);
        });
        self.run_command(&command).await
    }

    pub(crate) async fn run_command<T: FromRedisValue>(&self, command: &Cmd) -> anyhow::Result<T> {
        Ok(command.query_async(&mut self.0.clone()).await?)
    }

    pub(crate) async fn run_pipeline(&self, pipeline: &Pipeline) -> anyhow::Result<()> {
        Ok(pipeline.query_async(&mut self.0.clone()).await?)
    }

    /// Every key that matches a pattern.
    pub(crate) async fn keys(&self, pattern: &str) -> anyhow::Result<Vec<String>> {
        self.run(&["KEYS", pattern]).await
    }
}
