//! Ways through the site: places, looser filters, similar listings, neighbours.

mod late_tags;
mod location_parts;
mod looser;
mod neighbours;
mod places;
mod reductions;
mod shortlist;
mod similar;
mod spelling;

use crate::harness::{App, Page, Plan};

/// A site with listings, given by title, price and place, each a minute younger than the one before. The event log
/// forgets them, as it does those of [`Plan::homes`].
async fn plan_of(rows: &[(&str, u32, &str)]) -> Plan {
    let quoted = |text: &str| text.replace('\'', "''");
    let row = |(at, (title, price, place)): (usize, &(&str, u32, &str))| {
        let (title, place) = (quoted(title), quoted(place));
        format!(
            "('{title}', 'D', {price}, '{place}', timestamptz '2026-01-01 00:00Z' + interval '{at} min')"
        )
    };
    let rows: Vec<String> = rows.iter().enumerate().map(row).collect();
    let sql = format!(
        "BEGIN; INSERT INTO property (title, description, price, location, created_at) VALUES {};
         DELETE FROM event_log; COMMIT",
        rows.join(", ")
    );
    Plan::new().await.sql(&sql).await
}

async fn app_of(rows: &[(&str, u32, &str)]) -> App {
    plan_of(rows).await.start().await
}

/// Each text of a page that stands between two others.
fn between<'a>(html: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let parts = html.split(start).skip(1);
    parts.filter_map(|part| Some(part.split_once(end)?.0)).collect()
}

/// The places beside a list: each name, with the number of its listings if there is one.
fn choices(page: &Page) -> Vec<(String, Option<i64>)> {
    let places = between(page.text(), "<legend>Place</legend>", "</fieldset>").concat();
    let labels = between(&places, "<label class=\"choice\">", "</label>");
    let choice = |label: &str| {
        let name = between(label, "class=\"choice__name\" dir=\"auto\">", "<")[0].to_owned();
        let count = between(label, "class=\"choice__count\">", "<");
        (name, count.first().map(|count| number(count)))
    };
    labels.into_iter().map(choice).collect()
}

/// A number as a page writes it for people.
fn number(text: &str) -> i64 {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// How many listings a list has, straight from the database.
async fn true_count(app: &App, query: &str) -> i64 {
    let path = format!("/properties/no-cache/?format=json&{query}");
    app.get_json(&path).await["count"].as_i64().expect("a number")
}

/// What the list after a sign offers, with its counts; each must find as many listings as it says.
async fn offers(app: &App, page: &Page, sign: &str) -> Vec<String> {
    let list = between(page.text(), sign, "</ul>");
    let links = list.first().map(|list| between(list, "<a ", "</a>"));
    let mut labels = Vec::new();
    for link in links.unwrap_or_default() {
        let href = between(link, "href=\"/properties/?", "\"")[0].replace("&#38;", "&");
        let count = number(between(link, "class=\"offers__count\">", "<")[0]);
        assert_eq!(true_count(app, &href).await, count, "{href}");
        labels.push(format!("{} {count}", between(link, "<bdi>", "</bdi>")[0]));
    }
    labels
}
