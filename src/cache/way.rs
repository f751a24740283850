//! Connects to the Redis server that has the site's keys: the named one, the master according to the sentinels, or the
//! master of the keys' slot in a cluster.
//!
//! **Invariant:** a connection leads to one server as long as it lasts. After a failover, the new server is reached
//! over a new connection, and its state is checked before it is used. A library connection that finds the new server by
//! itself would hide that invalidations were lost.

use std::error::Error;
use std::time::Duration;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::io::tcp::TcpSettings;
use deadpool_redis::redis::{
    self, AsyncConnectionConfig, Client, ConnectionInfo, RedisError, RedisResult,
};

use crate::config::{RedisAddress, RedisServers};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(1);

/// Connects; `command` is the time limit of each command.
///
/// # Errors
/// The error of the last server that was tried.
pub(super) async fn connect(
    address: &RedisAddress,
    key: &str,
    command: Duration,
) -> RedisResult<MultiplexedConnection> {
    let mut failed = None;
    for named in &address.named {
        let connection = match &address.servers {
            RedisServers::One => open(named.clone(), command).await,
            RedisServers::Sentinels(master) => of_sentinel(address, named, master, command).await,
            RedisServers::Cluster => of_cluster(address, named, key, command).await,
        };
        match connection {
            Ok(connection) => return Ok(connection),
            Err(err) => {
                // A server's answer says more than the failure to reach another one.
                let is_better = failed.as_ref().is_none_or(RedisError::is_io_error);
                if is_better {
                    failed = Some(err);
                }
            }
        }
    }
    Err(failed.unwrap_or_else(|| other("no server is named")))
}

async fn of_sentinel(
    address: &RedisAddress,
    sentinel: &ConnectionInfo,
    master: &str,
    command: Duration,
) -> RedisResult<MultiplexedConnection> {
    let mut sentinel = open(sentinel.clone(), CONNECT).await?;
    let mut ask = redis::cmd("SENTINEL");
    ask.arg("GET-MASTER-ADDR-BY-NAME").arg(master);
    let found: Option<(String, u16)> = ask.query_async(&mut sentinel).await?;
    let unknown = || other(&format!("the sentinel knows no master “{master}”"));
    let (host, port) = found.ok_or_else(unknown)?;
    open(address.at(&host, port), command).await
}

async fn of_cluster(
    address: &RedisAddress,
    node: &ConnectionInfo,
    key: &str,
    command: Duration,
) -> RedisResult<MultiplexedConnection> {
    let mut connection = open(node.clone(), command).await?;
    // The master of the key's slot answers; every other node redirects to it.
    let answer = redis::cmd("EXISTS").arg(key).query_async::<bool>(&mut connection).await;
    let Err(err) = answer else {
        return Ok(connection);
    };
    let Some((host, port)) = err.redirect_node().and_then(|(node, _)| node.rsplit_once(':')) else {
        return Err(err);
    };
    let port = port.parse().map_err(|_| other("the cluster named a node without a port"))?;
    let same = match node.addr() {
        redis::ConnectionAddr::Tcp(host, _) | redis::ConnectionAddr::TcpTls { host, .. } => host,
        _ => "",
    };
    // A node that does not know its own name omits it.
    let host = if host.is_empty() || host == "?" { same } else { host };
    open(address.at(host, port), command).await
}

async fn open(info: ConnectionInfo, command: Duration) -> RedisResult<MultiplexedConnection> {
    let name = info.addr().to_string();
    let settings = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(command));
    // Otherwise a command waits until the server acknowledges the one before (Nagle's algorithm), for up to 40 ms.
    let client = Client::open(info.set_tcp_settings(TcpSettings::default().set_nodelay(true)))?;
    let connection = client.get_multiplexed_async_connection_with_config(&settings).await;
    connection.map_err(|err| match err.is_io_error() {
        true => other(&format!("{name}: {}", reason(&err))),
        false => err,
    })
}

/// Why a server can't be reached, in plain words if TLS is the reason.
fn reason(err: &RedisError) -> String {
    crate::tls::reason(err).unwrap_or_else(|| match err.source() {
        Some(source) => source.to_string(),
        None => err.to_string(),
    })
}

fn other(text: &str) -> RedisError {
    RedisError::from(std::io::Error::other(text.to_owned()))
}
