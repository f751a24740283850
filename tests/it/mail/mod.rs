//! Mail: its content, failures of the mail server, and forgotten passwords.

mod failures;
mod forgotten;
mod sending;

use crate::harness::{App, MailServer, Plan};

/// A site whose worker sends mail to a server. `ada` and `sam` have addresses.
async fn spawn_mailing(server: &MailServer) -> App {
    plan(server).await.start().await
}

async fn plan(server: &MailServer) -> Plan {
    let plan = Plan::new().await.set("EMAIL_URL", server.url()).set("WORKER", "on");
    let emails = "UPDATE site_user SET email = username || '@homes.example'";
    plan.set("DEFAULT_FROM_EMAIL", "Homes <office@homes.example>").sql(emails).await
}

/// Requests a new password; returns the status.
async fn forget(app: &App, email: &str) -> u16 {
    let browser = app.stranger();
    let form = browser.get("/admin/password_reset/").await.assert_status(200);
    let token = form.field("csrf_token");
    browser
        .post("/admin/password_reset/", &[("csrf_token", &*token), ("email", email)])
        .await
        .status
}

/// Makes every job due.
async fn hurry(app: &App) {
    app.sql("UPDATE job SET run_at = created_at WHERE claimed_by IS NULL; NOTIFY property_job")
        .await;
}
