//! Background jobs: they are done, once, whatever becomes of their workers.

mod admin;
mod workers;

use crate::harness::{App, Plan};

/// A site that runs jobs, once its periodic jobs are done.
async fn spawn_worker(plan: Plan) -> App {
    plan.set("WORKER", "on").start().await
}
