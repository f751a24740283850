//! The command `serve`.

use super::Result;
use crate::app::platform::StartError;
use crate::app::servers::ServersError;
use crate::app::site::Application;
use crate::app::stop::Stop;
use crate::config::{Config, Listen};

pub(super) async fn run(config: Config, migrate: bool, stop: Stop) -> Result<()> {
    let application = match Box::pin(Application::build(config, migrate, Vec::new(), &stop)).await {
        Ok(application) => application,
        Err(StartError::Servers(ServersError::Interrupted)) => {
            log::info!("interrupted during start-up");
            return Ok(());
        }
        Err(err) => return Err(err.into()),
    };
    let platform = application.platform();
    let debug = platform.config.site.debug;
    // The database may take long to answer whether there is an account.
    let accounts = platform.services.accounts.clone();
    let url = application.url().to_owned();
    tokio::spawn(application.draining().when_asked(stop));
    match application.address() {
        Listen::Tcp(address) => log::info!("listening on http://{address}"),
        unix @ Listen::Unix(_) => log::info!("listening on {unix}"),
    }
    tokio::spawn(async move {
        if matches!(accounts.has_superuser().await, Ok(false)) {
            // The program's name as it was started, so that users can copy the command.
            let program = std::env::args().next().unwrap_or_default();
            log::info!(
                "no user account exists: run “{program} createsuperuser”, then log in at {url}/admin/"
            );
        }
        if debug {
            log::info!(
                "development mode (DEBUG): cache management is open to this machine; RUST_LOG=info logs hits and misses"
            );
        }
    });
    Box::pin(application.run_until_stopped()).await?;
    log::info!("stopped");
    Ok(())
}
