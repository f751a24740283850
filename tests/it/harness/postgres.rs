//! A PostgreSQL server for one test, which may kill it, copy it and replace it with a standby.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::database::{OWNER, connect, make_template};
use super::{TestDatabase, app::scratch, eventually_within};

/// Ends the server at once when standard input ends, however this process ends.
const SCRIPT: &str = r#"exec 3<&0 </dev/null
"$@" 3<&- >>log 2>&1 & server=$!
( read -r _ <&3; kill -QUIT $server ) 2>/dev/null &
exec 3<&-
wait $server"#;

/// A server with its data and its socket in a directory.
pub(crate) struct OwnPostgres {
    directory: PathBuf,
    sockets: PathBuf,
    port: u16,
    settings: Vec<String>,
    server: Option<Child>,
}

/// The port of a server that listens only on a socket.
const PORT: u16 = 5432;

impl OwnPostgres {
    /// Starts a server with the tests' template.
    pub(crate) async fn start() -> Self {
        let mut server = Self::new();
        server.begin().await;
        make_template(server.config("postgres")).await;
        // A crash must lose only what the test intends.
        server.set("synchronous_commit", "on").await;
        server
    }

    /// Starts a server that also listens on 127.0.0.1, with access rules and without the template.
    pub(crate) async fn start_on_network(rules: &str) -> Self {
        let mut server = Self::new();
        server.port = free_port();
        server.settings = vec!["-c".to_owned(), "listen_addresses=127.0.0.1".to_owned()];
        let path = server.directory.join("data/pg_hba.conf");
        fs::write(path, format!("local all all trust\n{rules}\n")).expect("writable");
        server.begin().await;
        server
    }

    /// A server that has not started yet.
    fn new() -> Self {
        let directory = directory();
        let mut initdb = program("initdb", &directory);
        initdb.args(["-D", "data", "-U", OWNER, "--auth=trust", "--encoding=UTF8"]);
        finish(initdb.args(["--locale=C.UTF-8", "--no-sync"]));
        Self {
            sockets: directory.clone(),
            directory,
            port: PORT,
            settings: Vec::new(),
            server: None,
        }
    }

    /// The port of its network address and its socket.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The directory of its socket.
    pub(crate) fn sockets(&self) -> String {
        self.sockets.display().to_string()
    }

    /// A database on it with the schema and without listings.
    pub(crate) async fn database(&self) -> TestDatabase {
        TestDatabase::create_on(&self.sockets.display().to_string()).await
    }

    /// A database on it without any table.
    pub(crate) async fn empty_database(&self) -> TestDatabase {
        TestDatabase::create_empty_on(&self.sockets.display().to_string()).await
    }

    /// Returns once it has everything that its primary has written so far.
    pub(crate) async fn follows(&self, primary: &Self) {
        let value = async |server: &Self, sql: &str| {
            let client = connect(&server.config("postgres")).await;
            client.query_one(sql, &[]).await.expect(sql).get::<_, Option<String>>(0)
        };
        let written = value(primary, "SELECT pg_current_wal_lsn()::text").await.expect("a place");
        let sql = format!("SELECT (pg_last_wal_replay_lsn() >= '{written}')::text");
        super::until("the standby has everything", async || {
            value(self, &sql).await.as_deref() == Some("true")
        })
        .await;
    }

    /// A standby of it, which follows it.
    pub(crate) async fn standby(&self) -> Self {
        let directory = directory();
        let mut copy = program("pg_basebackup", &directory);
        copy.args(["-D", "data", "--write-recovery-conf", "--checkpoint=fast", "-U", OWNER, "-h"]);
        finish(copy.arg(&self.sockets));
        let mut standby = Self {
            sockets: directory.clone(),
            directory,
            port: PORT,
            settings: Vec::new(),
            server: None,
        };
        standby.begin().await;
        standby
    }

    /// Starts the server.
    pub(crate) async fn begin(&mut self) {
        let binary = bin().join("postgres").display().to_string();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SCRIPT, "sh", &binary, "-D", "data", "-k"]);
        command.arg(&self.sockets).args(["-c", "listen_addresses=", "-p", &self.port.to_string()]);
        command.args(&self.settings);
        command.args(["-c", "max_wal_senders=4", "-c", "jit=off"]);
        as_owner(&mut command, &self.directory);
        command.stdin(Stdio::piped()).process_group(0);
        self.server = Some(command.spawn().expect("/bin/sh runs"));
        eventually_within(std::time::Duration::from_secs(30), "PostgreSQL answers", async || {
            self.config("postgres").connect(tokio_postgres::NoTls).await.ok().map(drop)
        })
        .await;
    }

    /// Crashes the server.
    pub(crate) fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            drop(server.stdin.take());
            server.wait().expect("it is this process's own");
        }
    }

    /// Takes over the address of another server as its primary, after killing it.
    pub(crate) async fn take_over(&mut self, from: &mut Self) {
        from.kill();
        self.kill();
        self.sockets.clone_from(&from.sockets);
        self.begin().await;
        let client = connect(&self.config("postgres")).await;
        client.batch_execute("SELECT pg_promote(true)").await.expect("promoted");
    }

    /// Changes a setting.
    pub(crate) async fn set(&self, name: &str, value: &str) {
        self.run(&format!("ALTER SYSTEM SET {name} = '{value}'")).await;
        self.run("SELECT pg_reload_conf()").await;
    }

    /// Runs a statement outside the site's database.
    pub(crate) async fn run(&self, sql: &str) {
        connect(&self.config("postgres")).await.batch_execute(sql).await.expect(sql);
    }

    /// Runs a tool such as `pg_dump` or `psql` on a database; returns its output.
    pub(crate) fn tool(&self, name: &str, database: &TestDatabase, words: &[&str]) -> String {
        let mut command = program(name, &self.directory);
        command.args(["-U", OWNER, "-d", &database.name, "-h"]);
        finish(command.arg(&self.sockets).args(words))
    }

    /// A file that belongs to the server's user.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.directory.join(name);
        fs::write(&path, text).expect("writable");
        give(&path);
        path.display().to_string()
    }

    /// A copy of a file that only the server's user may read.
    pub(crate) fn copy(&self, file: &str) -> String {
        let text = fs::read_to_string(file).expect("readable");
        let name = Path::new(file).file_name().and_then(|name| name.to_str());
        let path = self.file(name.expect("a name"), &text);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("it is there");
        path
    }

    /// Appends to a file of the server.
    pub(crate) fn append(&self, name: &str, text: &str) {
        let path = self.directory.join(name);
        fs::write(&path, fs::read_to_string(&path).expect("it is there") + text).expect("writable");
    }

    /// Copies the data of the stopped server, or restores the copy.
    pub(crate) fn copy_data(&self, from: &str, to: &str) {
        let mut copy = Command::new("/bin/sh");
        copy.args(["-c", r#"rm -rf "$2" && cp -a "$1" "$2""#, "sh", from, to]);
        finish(copy.current_dir(&self.directory));
    }

    /// How to connect to one of its databases.
    pub(crate) fn config(&self, database: &str) -> tokio_postgres::Config {
        let mut config = tokio_postgres::Config::new();
        config.host_path(&self.sockets).port(self.port).user(OWNER).dbname(database);
        config
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A PgBouncer in transaction mode in front of a server's socket; it ends with this value.
pub(crate) struct Pooler {
    directory: PathBuf,
    server: Child,
}

impl Pooler {
    /// Starts one; `None` if PgBouncer is not installed.
    pub(crate) async fn start(sockets: &str) -> Option<Self> {
        let directory = directory();
        let settings = format!(
            "[databases]\n* = host={sockets}\n[pgbouncer]\nlisten_addr =\nunix_socket_dir = {0}\n\
            auth_type = trust\nauth_file = {0}/users\npool_mode = transaction\ndefault_pool_size = 2\n",
            directory.display()
        );
        fs::write(directory.join("settings"), settings).expect("writable");
        fs::write(directory.join("users"), format!("\"{OWNER}\" \"\"\n")).expect("writable");
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &SCRIPT.replace("QUIT", "KILL"), "sh", "pgbouncer", "settings"]);
        as_owner(&mut command, &directory);
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{path}:/usr/sbin")).stdin(Stdio::piped()).process_group(0);
        let installed =
            ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"];
        if !installed.iter().any(|program| Path::new(program).is_file()) {
            super::say_skipped("PgBouncer");
            return None;
        }
        let pooler = Self { server: command.spawn().expect("/bin/sh runs"), directory };
        let socket = pooler.directory.join(".s.PGSQL.6432");
        super::eventually("PgBouncer listens", async || socket.exists().then_some(())).await;
        Some(pooler)
    }

    /// The value of `DATABASE_URL` for a database through PgBouncer.
    pub(crate) fn url(&self, database: &TestDatabase) -> String {
        let directory = self.directory.display();
        format!("host={directory} port=6432 user={OWNER} dbname={}", database.name)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        self.server.wait().expect("it is this process's own");
    }
}

/// A port that no server uses at the moment.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}

/// A directory that belongs to the server's user.
fn directory() -> PathBuf {
    let directory = scratch();
    give(&directory);
    directory
}

fn program(name: &str, directory: &Path) -> Command {
    let mut command = Command::new(bin().join(name));
    as_owner(&mut command, directory);
    command
}

fn as_owner(command: &mut Command, directory: &Path) {
    command.current_dir(directory);
    if let Some((user, group)) = owner() {
        command.uid(user).gid(group);
    }
}

fn give(path: &Path) {
    if let Some((user, group)) = owner() {
        chown(path, Some(user), Some(group)).expect("root may");
    }
}

/// The user to run the server as, because PostgreSQL refuses root.
fn owner() -> Option<(u32, u32)> {
    let id = |words: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(words).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    let user = |name| Some((id(&["-u", name])?, id(&["-g", name])?));
    match id(&["-u"]) {
        Some(0) => user("postgres").or_else(|| user("nobody")),
        _ => None,
    }
}

fn finish(command: &mut Command) -> String {
    let output = command.output().expect("it is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The newest installed PostgreSQL's programs. Debian's `/usr/bin` has only some, which are wrappers.
pub(crate) fn bin() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for (parent, below) in
        [("/usr/lib/postgresql", "bin"), ("/opt/homebrew/opt", "bin"), ("/usr/local/opt", "bin")]
    {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        let mut versions: Vec<_> = entries.map(|entry| entry.path().join(below)).collect();
        versions.sort();
        directories.extend(versions.into_iter().rev());
    }
    let complete = |bin: &PathBuf| {
        let mut programs = ["initdb", "postgres", "pg_basebackup"].into_iter();
        programs.all(|name| bin.join(name).is_file())
    };
    directories.into_iter().find(complete).expect("PostgreSQL is installed")
}
