//! The management endpoints: access, responses, and effects.

mod access;
mod answered;
mod clearing;
mod dashboard;
mod explanation;
mod exposition;
mod history;
mod invalidations;
mod load_test;
mod metrics;
mod ops;
mod parts;
mod postman;
mod redis;
mod refusing;
mod signals;
mod status;
mod streams;
mod warming;

use serde_json::Value;

use crate::harness::{App, Plan};

/// A site with listings, whose operator needs no token.
async fn operator(homes: u32) -> App {
    Plan::with_homes(homes).await.set("DEBUG", "true").start().await
}

/// A site whose operator needs no token.
async fn operated(plan: Plan) -> App {
    plan.set("DEBUG", "true").start().await
}

async fn metrics(app: &App) -> Value {
    app.get_json("/properties/redis-metrics/").await["metrics"].clone()
}

fn advice(metrics: &Value) -> String {
    metrics["analysis"]["recommendations"].to_string()
}
