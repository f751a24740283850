//! The run's PostgreSQL: created, started, frozen and restarted by the checker.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio_postgres::{Client, NoTls};

use crate::process::{Process, Program, children_of, signal_all, tail};
use crate::proxy::Target;
use crate::tls::{Tls, free_port};

/// The name of the role that owns everything, and of the database.
pub(crate) const ROLE: &str = "property_listings";
/// A PostgreSQL with its data in the run's directory.
pub(crate) struct Postgres {
    program: Program,
    process: Option<Process>,
    access: Access,
    /// Whether clients come by TLS.
    has_tls: bool,
    bin: PathBuf,
    /// The number of copies of the data so far.
    copies: u32,
}

/// How the server is stopped before a restart.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shutdown {
    /// Sessions are ended, and a checkpoint is written.
    Fast,
    /// Like a crash: committed changes are recovered from the write-ahead log.
    Immediate,
}

impl Postgres {
    pub(crate) async fn create(
        directory: &Path,
        user: Option<(u32, u32)>,
        tls: Option<&Tls>,
    ) -> anyhow::Result<Self> {
        let bin = binaries()?;
        let data = directory.join("data");
        let initdb = Program {
            words: [
                bin.join("initdb").into_os_string(),
                "--encoding=UTF8".into(),
                "--locale=C".into(),
                "--auth=trust".into(),
                "--no-sync".into(),
                "--username".into(),
                ROLE.into(),
                "--pgdata".into(),
                data.clone().into_os_string(),
            ]
            .into(),
            variables: Vec::new(),
            directory: directory.to_owned(),
            log: directory.join("postgres.log"),
            signal: "TERM",
            user,
        };
        initdb.start().await?.ended().await?;
        let mut words = vec![bin.join("postgres").into_os_string(), "-D".into()];
        words.extend([data.into_os_string(), "-k".into(), directory.into()]);
        // A killed process loses nothing that was written; only a crash of the machine would need fsync.
        let port = if tls.is_some() { free_port()? } else { 5432 };
        let mut settings = vec![
            format!("port={port}"),
            "max_connections=200".to_owned(),
            "fsync=off".to_owned(),
            "jit=off".to_owned(),
            "autovacuum_naptime=10s".to_owned(),
        ];
        match tls {
            Some(Tls { certificate, key }) => settings.extend([
                "listen_addresses=127.0.0.1".to_owned(),
                "ssl=on".to_owned(),
                format!("ssl_cert_file={}", certificate.display()),
                format!("ssl_key_file={}", key.display()),
            ]),
            None => settings.push("listen_addresses=".to_owned()),
        }
        for setting in settings {
            words.extend(["-c".into(), setting.into()]);
        }
        let program = Program { words, signal: "QUIT", ..initdb };
        let access = Access { sockets: directory.to_owned(), port };
        let has_tls = tls.is_some();
        let mut server = Self { program, process: None, access, has_tls, bin, copies: 0 };
        server.start().await?;
        let client = server.connect_to("postgres").await?;
        client.batch_execute(&format!("CREATE DATABASE {ROLE}")).await?;
        Ok(server)
    }

    /// Where the site reaches it: only its ports have TLS.
    pub(crate) fn target(&self) -> Target {
        let Access { sockets, port } = &self.access;
        match self.has_tls {
            true => Target::Port(*port),
            false => Target::Socket(sockets.join(format!(".s.PGSQL.{port}"))),
        }
    }

    /// How to connect without a proxy.
    pub(crate) fn access(&self) -> Access {
        self.access.clone()
    }

    async fn start(&mut self) -> anyhow::Result<()> {
        self.process = Some(self.program.start().await?);
        let begun = Instant::now();
        while self.connect_to("postgres").await.is_err() {
            if begun.elapsed() > Duration::from_secs(30) {
                bail!("PostgreSQL does not start:\n{}", tail(&self.program.log));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    async fn connect_to(&self, database: &str) -> anyhow::Result<Client> {
        self.access.connect_to(database).await
    }

    /// Stops the server, waits, and starts it again.
    pub(crate) async fn restart(&mut self, how: Shutdown, down: Duration) -> anyhow::Result<()> {
        let signal = match how {
            Shutdown::Fast => "INT",
            Shutdown::Immediate => "QUIT",
        };
        let mut process = self.process.take().context("it runs")?;
        process.signal(signal).await?;
        process.ended().await?;
        tokio::time::sleep(down).await;
        self.start().await
    }

    /// Runs one of PostgreSQL's programs to its end.
    async fn tool(&self, name: &str, words: &[&str]) -> anyhow::Result<()> {
        let mut program = Program {
            words: vec![self.bin.join(name).into_os_string()],
            signal: "TERM",
            ..self.program.clone()
        };
        let Access { sockets, port } = self.access.clone();
        program.words.extend(["-U".into(), ROLE.into(), "-h".into(), sockets.into()]);
        program.words.extend(["-p".into(), port.to_string().into()]);
        program.words.extend(words.iter().map(OsString::from));
        match program.start().await?.status().await {
            Some(0) => Ok(()),
            _ => bail!("{name} failed:\n{}", tail(&self.program.log)),
        }
    }

    /// Copies the data as a standby that receives nothing more has it; returns the copy's name.
    pub(crate) async fn copy(&mut self) -> anyhow::Result<String> {
        self.copies += 1;
        let name = format!("data{}", self.copies);
        let words = ["-D", &name, "--checkpoint=fast", "--no-sync", "--wal-method=fetch"];
        self.tool("pg_basebackup", &words).await?;
        Ok(name)
    }

    /// Crashes the server, and replaces it with a copy of its data as a promoted standby.
    pub(crate) async fn fail_over(&mut self, copy: String) -> anyhow::Result<()> {
        let mut process = self.process.take().context("it runs")?;
        process.signal("QUIT").await?;
        process.ended().await?;
        std::fs::write(self.access.sockets.join(&copy).join("standby.signal"), "")?;
        self.program.words[2] = copy.into();
        self.start().await?;
        let client = self.connect_to("postgres").await?;
        client.simple_query("SELECT pg_promote(true)").await?;
        Ok(())
    }

    /// Dumps the site's database.
    pub(crate) async fn dump(&self) -> anyhow::Result<()> {
        let words = ["--clean", "--if-exists", "-f", "dump.sql", ROLE];
        self.tool("pg_dump", &words).await
    }

    /// Restores the dump into the same database in one transaction, so that readers never see half of it.
    pub(crate) async fn restore(&self) -> anyhow::Result<()> {
        let words = ["-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", "dump.sql", ROLE];
        self.tool("psql", &words).await
    }

    /// Freezes every process of the server for a while.
    pub(crate) async fn freeze(&self, time: Duration) -> anyhow::Result<()> {
        let postmaster = self.process.as_ref().context("it runs")?.pid;
        // First the process that starts others.
        signal_all("STOP", &[postmaster]).await?;
        let mut all = children_of(postmaster).await?;
        signal_all("STOP", &all).await?;
        tokio::time::sleep(time).await;
        all.push(postmaster);
        signal_all("CONT", &all).await
    }

    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        process.signal("QUIT").await?;
        process.ended().await
    }
}

/// How to connect to the run's database.
#[derive(Clone)]
pub(crate) struct Access {
    sockets: PathBuf,
    port: u16,
}

impl Access {
    pub(crate) async fn connect(&self) -> anyhow::Result<Client> {
        self.connect_to(ROLE).await
    }

    async fn connect_to(&self, database: &str) -> anyhow::Result<Client> {
        let mut config = tokio_postgres::Config::new();
        config.host_path(&self.sockets).port(self.port).user(ROLE).dbname(database);
        config.connect_timeout(Duration::from_secs(5));
        config.application_name("freshness");
        let connecting = tokio::time::timeout(Duration::from_secs(6), config.connect(NoTls));
        let (client, connection) = connecting.await??;
        tokio::spawn(connection);
        Ok(client)
    }
}

/// The directory of PostgreSQL's programs: on `PATH` if all are there, else the newest installed elsewhere.
fn binaries() -> anyhow::Result<PathBuf> {
    let mut others: Vec<(u32, PathBuf)> = Vec::new();
    for (parent, prefix) in [
        ("/usr/lib/postgresql", ""),
        ("/opt/homebrew/opt", "postgresql@"),
        ("/usr/local/opt", "postgresql@"),
        ("/usr", "pgsql-"),
    ] {
        let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
        others.extend(entries.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let major = name.strip_prefix(prefix)?.parse().ok()?;
            Some((major, entry.path().join("bin")))
        }));
    }
    others.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    let others: Vec<PathBuf> = others.into_iter().map(|(_, path)| path).collect();
    // A directory of links may not have all programs.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    directories.extend(others);
    let complete = |bin: &PathBuf| {
        let mut programs = ["initdb", "postgres", "pg_basebackup", "pg_dump", "psql"].into_iter();
        programs.all(|name| bin.join(name).is_file())
    };
    let found = directories.into_iter().find(complete);
    found.context("PostgreSQL is not installed")
}
