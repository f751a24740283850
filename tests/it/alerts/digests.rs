//! Daily and weekly mails: at 07:00 by the site's clocks, and what those govern otherwise.

use chrono::{DateTime, Utc};

use super::{add, plan, subscribe};
use crate::harness::{App, Behaviour, MailServer, Plan, Shell, until};

async fn run_at(app: &App, now: &str) {
    let now: DateTime<Utc> = now.parse().expect("a time");
    app.services.alerts.run(now).await.expect("compared");
}

/// The mails that are added: how often each alert's are sent.
async fn added(app: &App) -> String {
    let sql = "WITH gone AS (DELETE FROM job WHERE payload ->> 'letter' = 'alert' RETURNING (payload ->> 'alert')::bigint AS id)
        SELECT coalesce(string_agg(frequency, ' ' ORDER BY frequency), '') FROM gone JOIN alert USING (id)";
    app.sql(sql).await
}

#[tokio::test]
async fn daily_and_weekly_mails_are_added_at_seven_by_the_clocks_of_the_site() {
    let server = MailServer::start(Behaviour::Takes);
    let plan = plan(&server).await.set("WORKER", "off").set("TIME_ZONE", "Europe/London");
    let app = plan.start().await;
    for frequency in ["instant", "daily", "weekly"] {
        subscribe(&app, (&format!("{frequency}@homes.example"), frequency, "")).await;
    }
    let new = || {
        app.sql("INSERT INTO property (title, description, price, location) VALUES ('Home', 'D', 5, 'Leith')")
    };
    run_at(&app, "2027-03-26T12:00:00Z").await;
    // The clocks go forward on Sunday, 28 March 2027.
    new().await;
    for (now, mails) in [
        ("2027-03-27T06:59:00Z", "instant"),
        ("2027-03-27T07:00:00Z", "daily"),
        ("2027-03-27T07:00:15Z", ""),
        ("2027-03-28T06:00:00Z", ""),
    ] {
        run_at(&app, now).await;
        assert_eq!(added(&app).await, mails, "{now}");
    }
    new().await;
    for (now, mails) in [
        ("2027-03-29T05:59:00Z", "instant"),
        ("2027-03-29T06:00:00Z", "daily weekly"),
        ("2027-03-29T23:00:00Z", ""),
        ("2027-04-05T06:00:00Z", ""),
    ] {
        run_at(&app, now).await;
        assert_eq!(added(&app).await, mails, "{now}");
    }
}

#[tokio::test]
async fn a_digest_is_sent_once_and_reports_everything_since_the_last() {
    let server = MailServer::start(Behaviour::Takes);
    let app = plan(&server).await.start().await;
    subscribe(&app, ("zoe@homes.example", "weekly", "")).await;
    until("the worker has begun", async || {
        app.sql("SELECT weekly_at IS NOT NULL FROM alert_progress").await == "t"
    })
    .await;
    for title in ["One", "Two"] {
        app.sql(&add("", &format!("'{title}', 'D', 5, 'Leith'"))).await;
        super::run(&app).await;
    }
    let later = Utc::now() + chrono::Days::new(7);
    for _ in 0..2 {
        app.services.alerts.run(later).await.expect("compared");
    }
    let mail = &server.has(1).await[0];
    assert_eq!(mail.header("Subject"), "2 new listings: all listings");
    super::settled(&app).await;
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn pages_and_the_admin_show_dates_by_the_clocks_of_the_site_and_machines_get_utc() {
    let plan = Plan::new().await.set("TIME_ZONE", "Pacific/Auckland");
    let app = plan
        .sql("INSERT INTO property (title, description, price, location, created_at) VALUES ('Home', 'D', 5, 'Leith', '2026-01-01 12:30Z')")
        .await
        .start()
        .await;
    for path in ["/properties/", "/properties/1/"] {
        let page = app.get(path).await;
        assert!(
            page.has("<time datetime=\"2026-01-01T12:30:00Z\">2 January 2026</time>"),
            "{page:?}"
        );
    }
    assert_eq!(app.get_json("/properties/1/").await["created_at"], "2026-01-01T12:30:00Z");
    let staff = app.staff().await;
    let list = staff.get("/admin/properties/").await;
    assert!(list.has("2 Jan 2026, 01:30") && list.has("Added (Pacific/Auckland)"), "{list:?}");
    for (day, shown) in [("2026-01-01", false), ("2026-01-02", true)] {
        let list = staff.get(&format!("/admin/properties/?added_from={day}&added_to={day}")).await;
        assert_eq!(list.has("2 Jan 2026, 01:30"), shown, "{day}");
    }
    app.sql(
        "INSERT INTO enquiry (property_id, property_title, name, email, message, created_at)
        VALUES (1, 'Home', 'Zoë', 'zoe@homes.example', 'x', '2026-01-01 12:30Z')",
    )
    .await;
    for (day, shown) in [("2026-01-01", false), ("2026-01-02", true)] {
        let inbox = staff.get(&format!("/admin/enquiries/?from={day}&to={day}")).await;
        assert_eq!(inbox.has("2 Jan 2026, 01:30:00 NZDT"), shown, "{day}");
    }
}

#[test]
fn a_wrong_time_zone_is_named_with_what_is_allowed() {
    let said = Shell::bare().set("TIME_ZONE", "Mars/Olympus").run(&["check"]).failed(2);
    assert!(
        said.contains("TIME_ZONE=Mars/Olympus: must be a name of the IANA time zone"),
        "{said}"
    );
}
