//! Alerts: how visitors ask for them, what their mails say and when, and what becomes of them during failures.

mod admin;
mod asking;
mod digests;
mod failures;
mod in_browser;
mod links;
mod mails;
mod matching;

use chrono::Utc;
use property_listings::db::alerts;
use property_listings::domain::{AlertForm, AlertQuery, NewAlert};
use property_listings::services::Visitor;

use crate::harness::{App, Behaviour, MailServer, Plan, until};

/// The statement that adds a listing, given by its columns and their values.
fn add(columns: &str, values: &str) -> String {
    format!("INSERT INTO property (title, description, price, location{columns}) VALUES ({values})")
}

/// A site that sends mail to a server.
async fn plan(server: &MailServer) -> Plan {
    Plan::new().await.set("EMAIL_URL", server.url()).set("WORKER", "on")
}

async fn spawn() -> (App, MailServer) {
    let server = MailServer::start(Behaviour::Takes);
    (plan(&server).await.start().await, server)
}

/// What a visitor asks for.
fn wanted((email, frequency, query): (&str, &str, &str)) -> NewAlert {
    let form = AlertForm { email: email.to_owned(), frequency: frequency.to_owned() };
    form.parse(AlertQuery::parse(query).expect("a query")).expect("a form")
}

/// Asks for an alert as a visitor from an address.
async fn ask(app: &App, alert: (&str, &str, &str), from: &str) {
    let visitor = Visitor::new(from.parse().ok(), "a browser");
    app.services.alerts.ask(&wanted(alert), &visitor).await.expect("asked");
}

/// Adds a confirmed alert, without any mail.
async fn subscribe(app: &App, alert: (&str, &str, &str)) {
    let pool = app.pool();
    let client = pool.client().await.expect("a client");
    alerts::insert(&client, &wanted(alert)).await.expect("added");
    app.sql("UPDATE alert SET state = 'active', asked = 0 WHERE state = 'unconfirmed'").await;
}

/// A site without a worker, so that mails wait.
async fn spawn_without_worker() -> App {
    let server = MailServer::start(Behaviour::Takes);
    plan(&server).await.set("WORKER", "off").start().await
}

/// Compares what has changed with the alerts, as the worker does now and then.
async fn run(app: &App) {
    app.services.alerts.run(Utc::now()).await.expect("compared");
}

/// Waits until every mail was sent or given up.
async fn settled(app: &App) {
    let waiting = "SELECT count(*) FROM job WHERE kind = 'mail' AND failed_at IS NULL";
    until("every mail is sent", async || app.sql(waiting).await == "0").await;
}

/// What the alerts have found: the listing's title, the reason, and the address.
async fn found(app: &App) -> Vec<String> {
    let sql = "SELECT coalesce(string_agg(title || ' ' || reason || ' ' || email, E'\n' ORDER BY title, reason, email), '')
        FROM alert_match JOIN alert ON alert.id = alert_id JOIN property ON property.id = property_id";
    app.sql(sql).await.lines().map(str::to_owned).collect()
}
