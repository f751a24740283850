//! How the pools connect: by the configuration's hosts in turn, with a [`Wire`] in between.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use deadpool_postgres::Connect;
use rand::seq::SliceRandom as _;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::config::{Host, LoadBalanceHosts, TargetSessionAttrs};
use tokio_postgres::{Client, Config, Error, NoTls, SimpleQueryMessage};

use super::wire::{Due, Patience, Wire};

tokio::task_local! {
    /// Where a connection that is made for this task leaves what tells whether it is free: the pool lets a new
    /// connection be made and names it afterwards, both in the task that asks for it.
    static MADE: RefCell<Option<Due>>;
}

/// Runs what may make a connection, and returns what tells whether that is free.
pub(super) async fn noting<T>(work: impl Future<Output = T>) -> (T, Option<Due>) {
    MADE.scope(RefCell::new(None), async {
        let done = work.await;
        (done, MADE.with(RefCell::take))
    })
    .await
}

/// Makes a pool's connections.
pub(super) struct Connector {
    /// Statements that each connection begins with.
    pub(super) settings: &'static [&'static str],
    /// How long its server may be silent.
    pub(super) patience: Option<Patience>,
}

type Connecting<'a> =
    Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + 'a>>;

impl Connect for Connector {
    fn connect(&self, config: &Config) -> Connecting<'_> {
        let config = config.clone();
        Box::pin(async move {
            let mut failed = None;
            for address in addresses(&config) {
                match self.connect_to(&address, &config).await {
                    Ok(connected) => return Ok(connected),
                    Err(err) => failed = Some(err),
                }
            }
            match failed {
                Some(err) => Err(err),
                None => Err(error("no host is configured").await),
            }
        })
    }
}

impl Connector {
    async fn connect_to(
        &self,
        address: &Address,
        config: &Config,
    ) -> Result<(Client, JoinHandle<()>), Error> {
        let overdue = Arc::new(Notify::new());
        let stream = socket(address, config).await;
        let (wire, due) = Wire::new(stream, self.patience, overdue.clone());
        let (client, connection) = config.connect_raw(wire, NoTls).await?;
        let (token, address, own_config) = (client.cancel_token(), address.clone(), config.clone());
        let ending = async move {
            overdue.notified().await;
            let stream = socket(&address, &own_config).await;
            if let Err(err) = token.cancel_query_raw(stream, NoTls).await {
                log::debug!("the server can't be asked to end a statement: {err}");
            }
            std::future::pending::<()>().await;
        };
        let driver = tokio::spawn(async move {
            tokio::select! {
                ended = connection => if let Err(err) = ended {
                    log::debug!("a connection of the pool was lost: {err}");
                },
                () = ending => {}
            }
        });
        let driver = AbortOnDrop(Some(driver));
        check_attributes(&client, config).await?;
        client.batch_execute(&self.settings.concat()).await?;
        let _ = MADE.try_with(|made| made.replace(Some(due)));
        Ok((client, driver.keep()))
    }
}

/// Ends a connection that turns out not to be wanted.
struct AbortOnDrop(Option<JoinHandle<()>>);

impl AbortOnDrop {
    fn keep(mut self) -> JoinHandle<()> {
        self.0.take().expect("it is taken once, here")
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.take().inspect(JoinHandle::abort);
    }
}

async fn check_attributes(client: &Client, config: &Config) -> Result<(), Error> {
    let unwanted = match config.get_target_session_attrs() {
        TargetSessionAttrs::ReadWrite => "on",
        TargetSessionAttrs::ReadOnly => "off",
        _ => return Ok(()),
    };
    let shown = client.simple_query("SHOW transaction_read_only").await?;
    let is_unwanted = shown.iter().any(
        |message| matches!(message, SimpleQueryMessage::Row(row) if row.get(0) == Some(unwanted)),
    );
    match is_unwanted {
        true => {
            Err(error("the server is not of the kind that target_session_attrs asks for").await)
        }
        false => Ok(()),
    }
}

#[derive(Clone)]
enum Address {
    Tcp(String, u16),
    Unix(std::path::PathBuf),
}

fn addresses(config: &Config) -> Vec<Address> {
    let (hosts, numbers, ports) = (
        config.get_hosts(),
        config.get_hostaddrs(),
        config.get_ports(),
    );
    let address = |at: usize| {
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        match (numbers.get(at), hosts.get(at)) {
            (Some(number), _) => Some(Address::Tcp(number.to_string(), port)),
            (None, Some(Host::Tcp(name))) => Some(Address::Tcp(name.clone(), port)),
            (None, Some(Host::Unix(path))) => {
                Some(Address::Unix(path.join(format!(".s.PGSQL.{port}"))))
            }
            (None, None) => None,
        }
    };
    let count = hosts.len().max(numbers.len());
    let mut addresses: Vec<Address> = (0..count).filter_map(address).collect();
    if config.get_load_balance_hosts() == LoadBalanceHosts::Random {
        addresses.shuffle(&mut rand::rng());
    }
    addresses
}

async fn socket(address: &Address, config: &Config) -> Socket {
    let opening = async {
        match address {
            Address::Tcp(host, port) => {
                let stream = TcpStream::connect((host.as_str(), *port)).await?;
                stream.set_nodelay(true)?;
                watch_over(&stream, config)?;
                Ok(Socket::Tcp(stream))
            }
            Address::Unix(path) => Ok(Socket::Unix(UnixStream::connect(path).await?)),
        }
    };
    let limit = config.get_connect_timeout().copied();
    let opened = tokio::time::timeout(limit.unwrap_or(Duration::MAX), opening).await;
    let opened = opened.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    opened.unwrap_or_else(|err: io::Error| Socket::Failed(Some(err)))
}

/// Has the system end a connection whose other end is gone without a word. The driver would do so for a socket that it
/// opens itself.
fn watch_over(stream: &TcpStream, config: &Config) -> io::Result<()> {
    let socket = SockRef::from(stream);
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(config.get_tcp_user_timeout().copied())?;
    if config.get_keepalives() {
        let mut signs = TcpKeepalive::new().with_time(config.get_keepalives_idle());
        if let Some(interval) = config.get_keepalives_interval() {
            signs = signs.with_interval(interval);
        }
        if let Some(retries) = config.get_keepalives_retries() {
            signs = signs.with_retries(retries);
        }
        socket.set_tcp_keepalive(&signs)?;
    }
    Ok(())
}

/// An error of the driver's type, which only the driver can make.
async fn error(text: &'static str) -> Error {
    let failed = Socket::Failed(Some(io::Error::other(text)));
    match Config::new()
        .user("nobody")
        .connect_raw(failed, NoTls)
        .await
    {
        Ok(_) => unreachable!("nothing can be written to a socket that has failed"),
        Err(err) => err,
    }
}

enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
    /// One that could not be opened: the driver fails as if it had broken at once.
    Failed(Option<io::Error>),
}

impl Socket {
    fn failure(err: &mut Option<io::Error>) -> io::Error {
        err.take()
            .unwrap_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Unix(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Failed(err) => Poll::Ready(Err(Self::failure(err))),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Unix(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Failed(err) => Poll::Ready(Err(Self::failure(err))),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_flush(context),
            Self::Unix(stream) => Pin::new(stream).poll_flush(context),
            Self::Failed(_) => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Unix(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Failed(_) => Poll::Ready(Ok(())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_system_watches_over_a_connection_as_configured() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port");
        let port = listener.local_addr().expect("a port").port();
        let mut config = Config::new();
        config
            .keepalives_idle(Duration::from_secs(7))
            .keepalives_interval(Duration::from_secs(3))
            .tcp_user_timeout(Duration::from_secs(11));
        let address = Address::Tcp("127.0.0.1".to_owned(), port);
        let Socket::Tcp(stream) = socket(&address, &config).await else {
            panic!("it is not connected");
        };
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().expect("known"));
        let idle = socket.tcp_keepalive_time().expect("known");
        assert_eq!(idle, Duration::from_secs(7));
        let interval = socket.tcp_keepalive_interval().expect("known");
        assert_eq!(interval, Duration::from_secs(3));
        #[cfg(target_os = "linux")]
        assert_eq!(
            socket.tcp_user_timeout().expect("known"),
            Some(Duration::from_secs(11))
        );
    }
}
