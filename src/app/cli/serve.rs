//! `serve`

use super::CommandError;
use crate::app::platform::StartError;
use crate::app::servers::ServersError;
use crate::app::site::Application;
use crate::app::stop::Stop;
use crate::config::Config;

pub(super) async fn run(config: Config, migrate: bool, stop: Stop) -> Result<(), CommandError> {
    let application = match Application::build(config, migrate, Vec::new(), &stop).await {
        Ok(application) => application,
        Err(StartError::Servers(ServersError::Interrupted)) => {
            log::info!("stopped while starting");
            return Ok(());
        }
        Err(err) => return Err(err.into()),
    };
    let platform = application.platform();
    let (handle, management) = (application.handle(), platform.services.management.clone());
    tokio::spawn(async move {
        stop.asked().await;
        log::info!("stopping: requests in flight finish first");
        management.end_streams();
        handle.stop(true).await;
    });
    log::info!("listening on http://{}", application.address());
    if platform.config.site.debug {
        log::info!("development mode: the cache's endpoints are open to this machine (DEBUG)");
    }
    // The database may take long to say it.
    let (accounts, url) = (
        platform.services.accounts.clone(),
        application.url().to_owned(),
    );
    tokio::spawn(async move {
        if matches!(accounts.has_superuser().await, Ok(false)) {
            log::info!(
                "nobody can log in to {url}/admin/ yet: run “property-listings createsuperuser”"
            );
        }
    });
    application.run_until_stopped().await?;
    log::info!("stopped");
    Ok(())
}
