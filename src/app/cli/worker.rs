//! `worker`

use super::Result;
use crate::app::platform::Platform;
use crate::app::servers::Role;
use crate::app::stop::Stop;
use crate::config::Config;

pub(super) async fn run(config: Config, stop: &Stop) -> Result<()> {
    let mut platform = Platform::start(config, Role::Command, Vec::new(), stop).await?;
    let ready = platform.require_migrated().await;
    if ready.is_ok() {
        platform.start_worker(stop);
        log::info!("running background jobs");
        stop.asked().await;
        log::info!("stopping after the running jobs");
    }
    platform.stop().await;
    Ok(ready?)
}
