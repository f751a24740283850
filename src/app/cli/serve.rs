//! `serve`

use super::CommandError;
use super::interrupt::asked_to_stop;
use crate::app::site::Application;
use crate::config::Config;

pub(super) async fn run(config: Config, migrate: bool) -> Result<(), CommandError> {
    let application = tokio::select! {
        built = Application::build(config, migrate, Vec::new()) => built?,
        // What has been started ends with the program.
        () = asked_to_stop() => return Ok(()),
    };
    log::info!("listening on http://{}", application.address());
    let platform = application.platform();
    if matches!(platform.services.accounts.has_superuser().await, Ok(false)) {
        // As it was started, so that the command can be copied.
        let program = std::env::args().next().unwrap_or_default();
        log::info!(
            "no account yet: run “{program} createsuperuser”, then log in at {}/admin/",
            application.url()
        );
    }
    if platform.config.site.debug {
        log::info!(
            "development mode: the cache's endpoints are open to this machine (DEBUG); RUST_LOG=info logs hits and misses"
        );
    }
    let handle = application.handle();
    let management = platform.services.management.clone();
    tokio::spawn(async move {
        asked_to_stop().await;
        log::info!("stopping: requests in flight finish first");
        management.end_streams();
        tokio::spawn(async move { handle.stop(true).await });
        asked_to_stop().await;
        log::warn!("stopping at once");
        std::process::exit(130);
    });
    application.run_until_stopped().await?;
    log::info!("stopped");
    Ok(())
}
