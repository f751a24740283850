//! Sites and commands on one `DATA_DIR`.

use std::fs;

use property_listings::app::servers::{Role, ServersError};

use crate::support::{Check, Directory, Program, all_processes_end, eventually, execute, ping};

#[tokio::test]
async fn a_second_site_on_one_data_directory_is_refused_and_names_the_first() -> Check {
    let directory = Directory::new();
    let first = Program::start(&directory, "site", "stop");
    let Err(err) = directory.start(Role::Site).await else { panic!("two sites share a directory") };
    assert!(matches!(err, ServersError::InUse { .. }), "{err:?}");
    let text = err.to_string();
    for part in [&first.pid().to_string(), "DATABASE_URL", &directory.0.display().to_string()] {
        assert!(text.contains(part), "{text} lacks {part}");
    }
    drop(first);
    all_processes_end(&directory).await;
    Ok(())
}

#[tokio::test]
async fn a_command_joins_the_servers_of_a_running_site() -> Check {
    let directory = Directory::new();
    let mut site = Program::start(&directory, "site", "stop");
    let postmaster = directory.postmaster();
    let command = directory.start(Role::Command).await?;
    assert_eq!(execute(&command, "SELECT 1").await?, ["1"]);
    assert_eq!(ping(&command).await.as_deref(), Some("PONG"));
    command.stop().await;
    assert_eq!(directory.postmaster(), postmaster, "the command left the site's server alone");
    site.wait();
    all_processes_end(&directory).await;
    Ok(())
}

#[tokio::test]
async fn commands_that_start_together_share_servers_and_the_owner_ends_last() -> Check {
    let directory = Directory::new();
    let start = || directory.start(Role::Command);
    let (first, second, third) = tokio::try_join!(start(), start(), start())?;
    let mut commands = vec![first, second, third];
    let ends = std::mem::take(&mut commands).into_iter().map(|command| async move {
        execute(&command, "SELECT 1").await?;
        command.stop().await;
        Ok::<_, tokio_postgres::Error>(())
    });
    futures_util::future::try_join_all(ends).await?;
    all_processes_end(&directory).await;
    Ok(())
}

#[tokio::test]
async fn a_site_that_stops_waits_for_a_command() -> Check {
    let directory = Directory::new();
    let site = directory.start(Role::Site).await?;
    let command = directory.start(Role::Command).await?;
    let stopping = tokio::spawn(site.stop());
    let announced = async || {
        let text = fs::read_to_string(directory.join("lock")).ok()?;
        text.contains("stopping").then_some(())
    };
    eventually("the site is stopping", announced).await;
    execute(&command, "CREATE TABLE written (id int)").await?;
    assert!(!stopping.is_finished());
    command.stop().await;
    stopping.await?;
    assert_eq!(directory.processes(), []);
    Ok(())
}

#[tokio::test]
async fn a_site_waits_for_a_command_that_owns_the_servers() -> Check {
    let directory = Directory::new();
    let command = directory.start(Role::Command).await?;
    let (site, ()) = tokio::join!(directory.start(Role::Site), command.stop());
    let site = site?;
    assert_eq!(execute(&site, "SELECT 1").await?, ["1"]);
    site.stop().await;
    Ok(())
}
