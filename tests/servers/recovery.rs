//! Cleaning up after an earlier program.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::process::Command;

use property_listings::app::servers::Role;

use crate::support::{Check, Directory, Program, eventually, execute, kill, ping};

#[tokio::test]
async fn servers_that_an_earlier_program_left_running_are_ended() -> Check {
    let directory = Directory::new();
    let mut program = Program::start(&directory, "site", "stop");
    let postmaster = directory.postmaster();
    kill("STOP", program.pid());
    for (pid, line) in directory.processes() {
        if line.starts_with("/bin/sh") {
            kill("KILL", pid);
        }
    }
    program.signal("KILL");
    assert!(directory.processes().iter().any(|(pid, _)| *pid == postmaster), "it is left over");
    let servers = directory.start(Role::Site).await?;
    assert_eq!(execute(&servers, "SELECT 1").await?, ["1"]);
    assert_eq!(ping(&servers).await.as_deref(), Some("PONG"));
    assert_ne!(directory.postmaster(), postmaster);
    servers.stop().await;
    assert_eq!(directory.processes(), []);
    Ok(())
}

#[tokio::test]
async fn a_stale_pid_file_is_recovered() -> Check {
    let directory = Directory::new();
    let servers = directory.start(Role::Site).await?;
    execute(&servers, "CREATE TABLE kept AS SELECT 42 AS number").await?;
    servers.stop().await;
    let owner = fs::metadata(directory.join("postgres"))?;
    // PostgreSQL itself notices if no process has the id, or another user's process. It can't detect a process of its
    // own user.
    let mut unrelated = Command::new("sleep");
    unrelated.arg("600").current_dir("/");
    if owner.uid() != fs::metadata("/proc/self").map_or(owner.uid(), |own| own.uid()) {
        unrelated.uid(owner.uid()).gid(owner.gid());
    }
    let mut unrelated = unrelated.spawn()?;
    let text = format!("{}\n{}\n", unrelated.id(), directory.join("postgres").display());
    fs::write(directory.join("postgres/postmaster.pid"), &text)?;
    std::os::unix::fs::chown(directory.join("postgres/postmaster.pid"), Some(owner.uid()), None)?;
    fs::write(directory.join("run/redis.pid"), format!("{}\n", unrelated.id()))?;
    fs::write(directory.join("run/.s.PGSQL.5432.lock"), &text)?;
    for name in ["run/.s.PGSQL.5432", "run/redis.sock"] {
        drop(UnixListener::bind(directory.join(name))?);
    }
    let servers = directory.start(Role::Site).await?;
    assert_eq!(execute(&servers, "SELECT number FROM kept").await?, ["42"]);
    assert_eq!(ping(&servers).await.as_deref(), Some("PONG"));
    assert!(unrelated.try_wait()?.is_none(), "the unrelated process was left alone");
    unrelated.kill()?;
    unrelated.wait()?;
    servers.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_stale_pid_file_whose_number_a_process_takes_while_the_server_starts_is_recovered()
-> Check {
    let directory = Directory::new();
    let servers = directory.start(Role::Site).await?;
    servers.stop().await;
    let owner = fs::metadata(directory.join("postgres"))?;
    // To PostgreSQL, a process that has ended but was not reaped still runs; it has no command line any more.
    let mut ended = Command::new("true");
    ended.current_dir("/");
    if owner.uid() != fs::metadata("/proc/self").map_or(owner.uid(), |own| own.uid()) {
        ended.uid(owner.uid()).gid(owner.gid());
    }
    let mut ended = ended.spawn()?;
    let line = format!("/proc/{}/cmdline", ended.id());
    eventually("it has ended", async || {
        fs::read(&line).is_ok_and(|line| line.is_empty()).then_some(())
    })
    .await;
    let path = directory.join("postgres/postmaster.pid");
    fs::write(&path, format!("{}\n{}\n", ended.id(), directory.join("postgres").display()))?;
    std::os::unix::fs::chown(&path, Some(owner.uid()), None)?;
    let servers = directory.start(Role::Site).await?;
    assert_eq!(execute(&servers, "SELECT 1").await?, ["1"]);
    servers.stop().await;
    ended.wait()?;
    let log = fs::read_to_string(directory.join("postgres.log"))?;
    assert!(!log.contains("FATAL:  lock file"), "{log}");
    Ok(())
}

#[tokio::test]
async fn an_interrupted_creation_of_the_database_is_done_again() -> Check {
    let directory = Directory::new();
    let half = directory.join("postgres.new-1");
    fs::create_dir(&half)?;
    fs::write(half.join("PG_VERSION"), "15\n")?;
    let servers = directory.start(Role::Site).await?;
    assert_eq!(execute(&servers, "SELECT 1").await?, ["1"]);
    assert!(!half.exists());
    servers.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_site_starts_right_after_another_was_killed() -> Check {
    let directory = Directory::new();
    for _ in 0..3 {
        let mut program = Program::start(&directory, "site", "stop");
        program.signal("KILL");
        let servers = directory.start(Role::Site).await?;
        assert_eq!(execute(&servers, "SELECT 1").await?, ["1"]);
        assert_eq!(ping(&servers).await.as_deref(), Some("PONG"));
        servers.stop().await;
        assert_eq!(directory.processes(), []);
    }
    Ok(())
}
