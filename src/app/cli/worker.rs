//! The command `worker`.

use super::Result;
use crate::app::platform::{self, Platform};
use crate::app::servers::Role;
use crate::app::stop::Stop;
use crate::config::Config;

pub(super) async fn run(config: Config, stop: &Stop) -> Result<()> {
    let mut platform = Platform::start(config, Role::Command, Vec::new(), stop).await?;
    let ready = match platform.require_migrated().await {
        Ok(()) => platform.sign_links(&platform::site_url(&platform.config)),
        Err(err) => Err(err),
    };
    if ready.is_ok() {
        platform.start_worker(stop);
        log::info!("running background jobs");
        stop.asked().await;
        log::info!("stopping after the running jobs");
    }
    platform.stop().await;
    Ok(ready?)
}
