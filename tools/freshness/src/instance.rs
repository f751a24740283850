//! The instances of the site: each is a separate process behind its own proxies.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::postgres::ROLE;
use crate::process::{Process, Program, tail};
use crate::proxy::Proxy;
use crate::tls::Tls;

/// The prefix of the site's keys in Redis.
pub(crate) const PREFIX: &str = "freshness";
/// The password of the writers' account.
pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const USERNAME: &str = "ada";

/// An instance of the site.
pub(crate) struct Instance {
    pub(crate) number: usize,
    pub(crate) to_postgres: Proxy,
    pub(crate) to_redis: Proxy,
    program: Program,
    process: Mutex<Option<Process>>,
    life: RwLock<Life>,
}

/// One run of an instance, from its start to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Life {
    /// The number of the run; a killed instance begins another.
    pub(crate) epoch: u32,
    pub(crate) address: SocketAddr,
}

impl Instance {
    pub(crate) async fn start(
        number: usize,
        site: PathBuf,
        directory: PathBuf,
        memory_mb: Option<u32>,
        tls: Option<&Tls>,
        ways: (Proxy, Proxy),
    ) -> anyhow::Result<Self> {
        let (to_postgres, to_redis) = ways;
        let data = directory.join(format!("instance-{number}"));
        std::fs::create_dir_all(&data)?;
        let trusted = tls.map(|tls| tls.certificate.display().to_string());
        let (scheme, mode) = match &trusted {
            Some(trusted) => ("rediss", format!("?sslmode=verify-full&sslrootcert={trusted}")),
            None => ("redis", String::new()),
        };
        let database = format!("postgres://{ROLE}@127.0.0.1:{}/{ROLE}{mode}", to_postgres.port);
        let redis = format!("{scheme}://127.0.0.1:{}", to_redis.port);
        let log = std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned());
        let mut variables = vec![
            ("DATABASE_URL", database),
            ("REDIS_URL", redis),
            ("CACHE_KEY_PREFIX", PREFIX.to_owned()),
            ("DATA_DIR", data.display().to_string()),
            ("HOST", "127.0.0.1".to_owned()),
            ("PORT", "0".to_owned()),
            ("SITE_URL", "http://homes.example".to_owned()),
            ("SECRET_KEY", "a-key-for-freshness-".repeat(3)),
            ("CACHE_API_TOKEN", "a-token-for-freshness".to_owned()),
            ("SUPERUSER_PASSWORD", PASSWORD.to_owned()),
            ("RUST_LOG", format!("{log},property_listings::app::cli=info")),
        ];
        variables.extend(trusted.map(|trusted| ("REDIS_CA", trusted)));
        if let Some(megabytes) = memory_mb {
            variables.push(("PAGE_CACHE_MEMORY_MB", megabytes.to_string()));
        }
        let program = Program {
            words: vec![site.into_os_string()],
            variables: variables
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            log: directory.join(format!("instance-{number}.log")),
            directory: data,
            signal: "KILL",
            user: None,
        };
        let instance = Self {
            number,
            to_postgres,
            to_redis,
            program,
            process: Mutex::new(None),
            life: RwLock::new(Life { epoch: 0, address: ([127, 0, 0, 1], 1).into() }),
        };
        instance.begin().await?;
        Ok(instance)
    }

    /// The current run.
    pub(crate) fn life(&self) -> Life {
        *self.life.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<Process> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Starts the instance, and returns when it listens.
    async fn begin(&self) -> anyhow::Result<()> {
        let read = || std::fs::read(&self.program.log).unwrap_or_default();
        let from = read().len();
        let mut process = self.command("serve").start().await?;
        let begun = Instant::now();
        let address = loop {
            let text = read();
            let text = String::from_utf8_lossy(text.get(from..).unwrap_or_default()).into_owned();
            let origin = text.split_once("listening on http://").map(|(_, rest)| rest);
            if let Some((origin, _)) = origin.and_then(|rest| rest.split_once('\n')) {
                break origin.trim().parse::<SocketAddr>()?;
            }
            if process.has_ended() || begun.elapsed() > Duration::from_secs(30) {
                bail!("the site does not start:\n{}", tail(&self.program.log));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let mut life = self.life.write().unwrap_or_else(PoisonError::into_inner);
        *life = Life { epoch: life.epoch + 1, address };
        drop(life);
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
        Ok(())
    }

    /// The program with a command's arguments and this instance's variables.
    pub(crate) fn command(&self, words: &str) -> Program {
        let mut program = self.program.clone();
        program.words.extend(words.split_whitespace().map(Into::into));
        program
    }

    /// Ends the instance with a signal, waits, and starts it again.
    pub(crate) async fn restart(&self, signal: &str, down: Duration) -> anyhow::Result<()> {
        let mut process = self.take().context("it runs")?;
        process.signal(signal).await?;
        let ended = process.ended().await;
        tokio::time::sleep(down).await;
        self.begin().await?;
        ended
    }

    pub(crate) async fn freeze(&self, time: Duration) -> anyhow::Result<()> {
        let process = self.take().context("it runs")?;
        process.signal("STOP").await?;
        tokio::time::sleep(time).await;
        process.signal("CONT").await?;
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
        Ok(())
    }

    /// Whether the instance ended without being told to.
    pub(crate) fn has_died(&self) -> bool {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        process.as_mut().is_some_and(Process::has_ended)
    }

    /// The end of its log.
    pub(crate) fn last_words(&self) -> String {
        tail(&self.program.log)
    }

    /// Its whole log.
    pub(crate) fn log(&self) -> String {
        let text = std::fs::read(&self.program.log).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    }

    pub(crate) async fn stop(&self) -> anyhow::Result<()> {
        match self.take() {
            Some(process) => process.kill().await,
            None => Ok(()),
        }
    }
}
