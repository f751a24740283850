//! Background jobs: each is done once, even if workers fail.

mod admin;
mod workers;

use crate::harness::{App, Plan};

/// A site that runs jobs, after its periodic jobs are done.
async fn spawn_worker(plan: Plan) -> App {
    plan.set("WORKER", "on").start().await
}
