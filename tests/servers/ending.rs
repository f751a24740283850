//! Servers end with the program, and not before.

use std::fs;

use property_listings::app::servers::Role;

use crate::support::{
    Check, Directory, Program, all_processes_end, eventually, execute, kill, ping,
};

#[tokio::test]
async fn both_servers_answer_and_end_when_they_are_stopped() -> Check {
    let directory = Directory::new();
    let servers = directory.start(Role::Site).await?;
    assert_eq!(execute(&servers, "SELECT 1").await?, ["1"]);
    assert_eq!(ping(&servers).await.as_deref(), Some("PONG"));
    servers.stop().await;
    assert_eq!(directory.processes(), []);
    Ok(())
}

#[tokio::test]
async fn servers_end_when_the_program_is_killed() -> Check {
    let directory = Directory::new();
    for signal in ["KILL", "TERM", "INT", "HUP"] {
        let mut program = Program::start(&directory, "site", "stop");
        assert!(directory.processes().len() > 2, "servers run");
        program.signal(signal);
        all_processes_end(&directory).await;
    }
    Ok(())
}

#[tokio::test]
async fn servers_end_when_the_program_panics_or_exits() -> Check {
    let directory = Directory::new();
    for end in ["panic", "exit"] {
        Program::start(&directory, "site", end).wait();
        all_processes_end(&directory).await;
    }
    Ok(())
}

#[tokio::test]
async fn a_program_killed_while_it_starts_leaves_nothing_running_and_the_next_start_works() -> Check
{
    let directory = Directory::new();
    // The files that appear in this order during a first start. Each program is killed as soon as it sees the next one.
    let steps = [
        ("", "lock"),
        ("", "postgres.new-"),
        ("postgres", "PG_VERSION"),
        ("postgres", "postmaster.pid"),
        ("run", ".s.PGSQL.5432.lock"),
        ("run", "redis.sock"),
    ];
    for (below, name) in steps {
        let mut program = Program::begin(&directory, "site", "stop");
        let exists = async || {
            let entries = fs::read_dir(directory.join(below)).ok()?.flatten();
            let mut names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
            names.find(|other| other.starts_with(name))
        };
        eventually(name, exists).await;
        program.signal("KILL");
        all_processes_end(&directory).await;
    }
    let servers = directory.start(Role::Site).await?;
    assert_eq!(execute(&servers, "SELECT 1").await?, ["1"]);
    assert_eq!(ping(&servers).await.as_deref(), Some("PONG"));
    servers.stop().await;
    Ok(())
}

#[tokio::test]
async fn servers_end_when_they_are_dropped() -> Check {
    let directory = Directory::new();
    drop(directory.start(Role::Site).await?);
    all_processes_end(&directory).await;
    Ok(())
}

#[tokio::test]
async fn a_server_that_dies_is_started_again() -> Check {
    let directory = Directory::new();
    let servers = directory.start(Role::Site).await?;
    execute(&servers, "CREATE TABLE kept AS SELECT 42 AS number").await?;
    let redis = fs::read_to_string(directory.join("run/redis.pid"))?.trim().parse()?;
    let postmaster = directory.postmaster();
    kill("KILL", postmaster);
    kill("KILL", redis);
    let number = eventually("PostgreSQL is back", async || {
        let number = execute(&servers, "SELECT number FROM kept").await;
        number.ok().filter(|_| directory.postmaster() != postmaster)
    });
    assert_eq!(number.await, ["42"]);
    eventually("Redis is back", async || ping(&servers).await).await;
    servers.stop().await;
    assert_eq!(directory.processes(), []);
    Ok(())
}

#[tokio::test]
async fn a_server_whose_script_dies_is_replaced_by_one_that_is_watched() -> Check {
    let directory = Directory::new();
    let servers = directory.start(Role::Site).await?;
    let postmaster = directory.postmaster();
    for (pid, line) in directory.processes() {
        if line.starts_with("/bin/sh") && line.contains("bin/postgres") {
            kill("KILL", pid);
        }
    }
    eventually("PostgreSQL is back", async || {
        let answer = execute(&servers, "SELECT 1").await;
        answer.ok().filter(|_| directory.postmaster() != postmaster)
    })
    .await;
    servers.stop().await;
    all_processes_end(&directory).await;
    Ok(())
}
