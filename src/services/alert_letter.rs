//! The mails of alerts: what each says.

use std::collections::BTreeMap;

use super::Result;
use super::links::Links;
use crate::db::alert_matches::{self, Due};
use crate::db::{GenericClient, properties};
use crate::domain::{
    Alert, AlertMatch, AlertQuery, AlertState, Frequency, Price, Property, PropertyId, Reason,
    presentation,
};
use crate::mail::{Entry, MailContent};

/// The most listings of a mail.
const MOST: usize = 20;

/// A mail about listings, with the numbers of the matches that it reports.
pub(super) struct Report {
    pub(super) letter: MailContent,
    pub(super) matches: Vec<i64>,
}

/// What there is to report of a listing now.
struct Item {
    id: PropertyId,
    reasons: Vec<Reason>,
    price_before: Option<Price>,
}

/// The mail with the link to an alert, whose reader may not have confirmed it yet.
pub(super) fn link(links: &Links, site_name: &str, alert: &Alert) -> MailContent {
    let words = words(alert.query.as_ref());
    let link = links.of_alert(alert);
    if alert.state != AlertState::Unconfirmed {
        return MailContent {
            subject: format!("Your alert at {site_name}"),
            paragraphs: vec![format!("This address already has an alert for {words}.")],
            action: Some(("Change, pause or delete the alert", link)),
            closing: vec![
                "You get this mail because the same alert was requested again.".to_owned(),
            ],
            ..MailContent::default()
        };
    }
    MailContent {
        subject: format!("Please confirm your alert at {site_name}"),
        paragraphs: vec![
            format!("{site_name} was asked to tell this address about new listings, reduced prices and listings that are back on the market: {words}."),
            "If you requested this, please confirm it.".to_owned(),
        ],
        facts: vec![("Mails", alert.frequency.label().to_lowercase())],
        action: Some(("Confirm the alert", link)),
        closing: vec![
            "If you did not request this, ignore this mail. Without a confirmation you get no more mails, and the address is erased after seven days.".to_owned(),
        ],
        ..MailContent::default()
    }
}

/// The mail about what an alert has found, as it is now; `None` where nothing of it is left.
pub(super) async fn report(
    client: &impl GenericClient,
    links: &Links,
    alert: &Alert,
    due: Due,
) -> Result<Option<Report>> {
    let Some(query) = &alert.query else {
        log::warn!("alert {} has a query that this release can't read", alert.id.0);
        return Ok(None);
    };
    let found = alert_matches::list_unsent(client, due).await?;
    let ids: Vec<i64> = found.iter().map(|found| found.property.0).collect();
    let listed = alert_matches::list_listed(client, query.filter(), &ids).await?;
    let is_true = |found: &&AlertMatch| match (listed.get(&found.property.0), found.reason) {
        (None, _) => false,
        (Some(price), Reason::Reduced) => {
            price.zip(found.price_before).is_some_and(|(now, before)| now < before)
        }
        (Some(_), Reason::New | Reason::Back) => true,
    };
    let found: Vec<_> = found.iter().filter(is_true).collect();
    let items = items(&found);
    if items.is_empty() {
        return Ok(None);
    }
    let shown: Vec<_> = items.iter().take(MOST).map(|item| item.id).collect();
    let shown = properties::list_by_id(client, &shown).await?;
    let shown: BTreeMap<_, _> = shown.iter().map(|property| (property.id, property)).collect();
    let entries = items.iter().filter_map(|item| Some(entry(links, item, shown.get(&item.id)?)));
    let entries: Vec<_> = entries.collect();
    let matches = found.iter().map(|found| found.id).collect();
    Ok(Some(Report { letter: letter(links, alert, query, &items, entries), matches }))
}

/// Each listing once, new ones first, then those that are back, then reduced ones; the latest first.
fn items(found: &[&AlertMatch]) -> Vec<Item> {
    let mut items: BTreeMap<PropertyId, Item> = BTreeMap::new();
    for one in found {
        let item = items.entry(one.property).or_insert(Item {
            id: one.property,
            reasons: Vec::new(),
            price_before: None,
        });
        item.reasons.push(one.reason);
        item.reasons.sort();
        item.price_before = item.price_before.or(one.price_before);
    }
    let mut items: Vec<_> = items.into_values().rev().collect();
    items.sort_by_key(|item| item.reasons.first().copied());
    items
}

fn entry(links: &Links, item: &Item, property: &Property) -> Entry {
    let label = |reason: &Reason| match reason {
        Reason::New => "New",
        Reason::Back => "Back on the market",
        Reason::Reduced => "Reduced",
    };
    let labels: Vec<_> = item.reasons.iter().map(label).chain(property.badge()).collect();
    let before = item.price_before.map(|before| presentation().price(before));
    let before = before.map(|before| format!(" (was {before})")).unwrap_or_default();
    let place = property.location.to_string();
    let lines = [format!("{}{before}", property.price_words()), place, property.key_facts()];
    Entry {
        label: labels.join(" · "),
        title: property.title.as_str().to_owned(),
        address: format!("{}/properties/{}/", links.url(), property.id),
        lines: lines.into_iter().filter(|line| !line.is_empty()).collect(),
    }
}

fn letter(
    links: &Links,
    alert: &Alert,
    query: &AlertQuery,
    items: &[Item],
    entries: Vec<Entry>,
) -> MailContent {
    let words = words(Some(query));
    let more = items.len() - entries.len();
    let list = match query.text() {
        text if text.is_empty() => format!("{}/properties/", links.url()),
        text => format!("{}/properties/?{text}", links.url()),
    };
    let (label, rest) = match more {
        0 => ("See the list", None),
        more => ("See the rest in the list", Some(format!("And {more} more."))),
    };
    let often = match alert.frequency {
        Frequency::Instant => "as soon as there is something new",
        Frequency::Daily => "once a day if there is something new",
        Frequency::Weekly => "once a week if there is something new",
    };
    MailContent {
        subject: format!("{}: {words}", counted(items)),
        paragraphs: vec![format!("Your alert for “{words}” has found:")],
        entries,
        rest,
        action: Some((label, list)),
        closing: vec![format!("You get this mail {often}, because you created this alert.")],
        footer: Some(("Change, pause or delete this alert", links.of_alert(alert))),
        ..MailContent::default()
    }
}

/// How many listings there are, by their first reason: “2 new listings, 1 reduced”.
fn counted(items: &[Item]) -> String {
    let count = |reason| items.iter().filter(|item| item.reasons.first() == Some(&reason)).count();
    let parts = [
        (count(Reason::New), "new listing", "new listings"),
        (count(Reason::Back), "back on the market", "back on the market"),
        (count(Reason::Reduced), "reduced", "reduced"),
    ];
    let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
    let parts: Vec<_> = parts
        .map(|(count, one, several)| format!("{count} {}", if count == 1 { one } else { several }))
        .collect();
    parts.join(", ")
}

/// The list in words.
fn words(query: Option<&AlertQuery>) -> String {
    let words = query.map(AlertQuery::words).unwrap_or_default();
    match words.is_empty() {
        true => "all listings".to_owned(),
        false => words.join(", "),
    }
}
