//! Which servers are started, where, and how a start fails.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

use property_listings::app::servers::{Role, Servers, ServersError};
use property_listings::app::stop::Stop;
use property_listings::config::Config;

use crate::support::{Check, Directory, execute, ping};

#[tokio::test]
async fn the_database_speaks_utf_8_and_listens_on_a_private_socket_alone() -> Check {
    let directory = Directory::new();
    let servers = directory.start(Role::Site).await?;
    assert_eq!(execute(&servers, "SHOW server_encoding").await?, ["UTF8"]);
    assert_eq!(execute(&servers, "SHOW listen_addresses").await?, [""]);
    assert_eq!(execute(&servers, "SELECT current_database()").await?, ["property_listings"]);
    let mode =
        |name: &str| Ok::<_, std::io::Error>(fs::metadata(directory.join(name))?.mode() & 0o777);
    assert_eq!((mode("run")?, mode("postgres")?, mode("redis")?), (0o700, 0o700, 0o700));
    servers.stop().await;
    Ok(())
}

#[tokio::test]
async fn data_is_kept_between_runs() -> Check {
    let directory = Directory::new();
    let servers = directory.start(Role::Site).await?;
    execute(&servers, "CREATE TABLE kept AS SELECT 42 AS number").await?;
    servers.stop().await;
    let servers = directory.start(Role::Site).await?;
    assert_eq!(execute(&servers, "SELECT number FROM kept").await?, ["42"]);
    servers.stop().await;
    Ok(())
}

#[tokio::test]
async fn data_of_another_major_version_is_refused_with_both_versions() -> Check {
    let directory = Directory::new();
    fs::create_dir(directory.join("postgres"))?;
    fs::write(directory.join("postgres/PG_VERSION"), "9.6\n")?;
    let Err(err) = directory.start(Role::Site).await else { panic!("it started") };
    assert!(matches!(err, ServersError::OtherMajor { data: 9, .. }), "{err:?}");
    assert!(err.to_string().contains("belongs to PostgreSQL 9, but version 1"), "{err}");
    Ok(())
}

#[tokio::test]
async fn a_server_that_does_not_start_is_reported_with_the_end_of_its_log() -> Check {
    let directory = Directory::new();
    directory.start(Role::Site).await?.stop().await;
    fs::write(directory.join("postgres/postgresql.conf"), "no_such_setting = 1\n")?;
    let Err(err) = directory.start(Role::Site).await else { panic!("it started") };
    let text = err.to_string();
    assert!(text.contains("no_such_setting") && text.contains("postgres.log"), "{text}");
    assert_eq!(directory.processes(), []);
    Ok(())
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_created_is_named() -> Check {
    let directory = Directory::new();
    fs::write(directory.join("file"), "")?;
    let path = directory.join("file/data").display().to_string();
    let config = Config::from_variables(|name| (name == "DATA_DIR").then(|| path.clone()))?;
    let Err(err) = Servers::start(&config, Role::Site, &Stop::never()).await else {
        panic!("it started")
    };
    assert!(err.to_string().contains(&path), "{err}");
    Ok(())
}

#[tokio::test]
async fn a_closed_directory_above_is_named_when_root_starts_the_servers() -> Check {
    let above = Directory::new();
    fs::set_permissions(&above.0, fs::Permissions::from_mode(0o700))?;
    let directory = Directory::below(&above.0);
    match directory.start(Role::Site).await {
        Err(err) => {
            let named = format!("has no access to {}", above.0.display());
            assert!(err.to_string().contains(&named), "{err}");
        }
        Ok(servers) => {
            assert_ne!(fs::metadata(&above.0)?.uid(), 0, "root's servers run as another user");
            servers.stop().await;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_long_or_unusual_path_has_its_sockets_elsewhere() -> Check {
    let above = Directory::new();
    let directory = Directory::below(&above.join(&format!("it's long, {}", "x".repeat(100))));
    let servers = directory.start(Role::Site).await?;
    let command = directory.start(Role::Command).await?;
    assert_eq!(execute(&command, "SELECT 1").await?, ["1"]);
    let url = servers.redis().expect("Redis is installed").url().to_owned();
    let socket = PathBuf::from(url.trim_start_matches("redis+unix://"));
    let sockets = socket.parent().expect("a socket is in a directory").to_owned();
    assert_eq!(fs::metadata(&sockets)?.mode() & 0o777, 0o700);
    command.stop().await;
    servers.stop().await;
    assert!(!sockets.exists());
    drop(directory);
    Ok(())
}

#[tokio::test]
async fn what_is_configured_is_not_started() -> Check {
    let directory = Directory::new();
    let database = ("DATABASE_URL", "postgres://user:password@db.example:5433/homes");
    let config = directory.config_with(&[database, ("REDIS_URL", "off")]);
    let servers = Servers::start(&config, Role::Site, &Stop::never()).await?;
    assert!(servers.redis().is_none());
    assert_eq!(servers.database().hosts[0].config.get_ports(), [5433]);
    assert!(!directory.join("lock").exists());
    let config = directory.config_with(&[database, ("REDIS_URL", "redis://cache.example/1")]);
    let servers = Servers::start(&config, Role::Site, &Stop::never()).await?;
    assert_eq!(servers.redis().map(|redis| redis.url()), Some("redis://cache.example/1"));
    let config = directory.config_with(&[database]);
    let servers = Servers::start(&config, Role::Site, &Stop::never()).await?;
    assert_eq!(ping(&servers).await.as_deref(), Some("PONG"));
    assert!(!directory.join("postgres").exists());
    let Err(err) = directory.start(Role::Command).await else { panic!("there is no PostgreSQL") };
    assert!(matches!(err, ServersError::NotOffered { .. }), "{err:?}");
    servers.stop().await;
    Ok(())
}
