//! The admin's list of listings.

mod filter_form;
mod headings;
mod parts;

use askama::Template;

use self::filter_form::FilterForm;
use self::headings::{Heading, class, headings};
pub(in crate::http) use self::parts::{FilterPart, SUGGESTED, parts};
use crate::domain::{
    AdminListQuery, Count, FieldErrors, Location, Place, Property, PropertyId, sorted_facts,
};
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::http::views::list_address::{carrying, list_of};
use crate::http::views::pager::Pager;
use crate::services::{self, AdminPage, LONGEST_LIST};

/// The formats of downloads by their names, with their labels.
const DOWNLOADS: [(&str, &str); 5] = [
    ("csv", "CSV"),
    ("xlsx", "Excel"),
    ("jsonl", "JSON Lines"),
    ("reso", "RESO"),
    ("django", "Django"),
];

/// The list page.
#[derive(Template)]
#[template(path = "admin/list.html")]
pub(in crate::http) struct ListPage {
    frame: Frame,
    form: FilterForm,
    errors: FieldErrors,
    /// The state of the list, for forms and links.
    state: String,
    parts: Vec<FilterPart>,
    headings: Vec<Heading>,
    properties: Vec<Property>,
    total: Count,
    /// If the pages don't show all rows: the number that they show, and the URL of the list in reverse order.
    ends: Option<(i64, String)>,
    /// The requested page, if there is no such page.
    missing: Option<u16>,
    unknown: Vec<Unknown>,
    /// Other spellings of the search, each with its URL and number of listings.
    spellings: Vec<(String, String, Count)>,
    pager: Pager,
}

impl ListPage {
    /// The page for the result of a query.
    pub(in crate::http) fn new(frame: Frame, found: AdminPage, places: &[Place]) -> Self {
        let query = &found.query;
        let shown = query.at(found.page);
        let more = found.page < found.count;
        let own = shown.clone();
        let pager = Pager::new(found.page, found.count, more, move |page| list_of(&own.at(page)));
        Self {
            frame,
            form: FilterForm::typed(&shown.canonical(), places),
            errors: FieldErrors::new(),
            state: shown.canonical(),
            parts: parts(&shown),
            headings: headings(&shown),
            total: found.total,
            ends: (found.listed < found.total.number)
                .then(|| (found.listed, list_of(&shown.ordered(shown.order.reversed())))),
            missing: (found.page != query.page).then_some(query.page),
            unknown: unknown(&found),
            spellings: spellings(&found),
            properties: found.properties,
            pager,
        }
    }

    /// The page for an invalid query, with the typed values.
    pub(in crate::http) fn refused(
        frame: Frame,
        query_string: &str,
        errors: FieldErrors,
        places: &[Place],
    ) -> Self {
        let nothing = AdminPage {
            query: AdminListQuery::default(),
            unknown: Vec::new(),
            spellings: Vec::new(),
            properties: Vec::new(),
            total: Count::exact(0),
            listed: 0,
            page: 1,
            count: 1,
        };
        let page = Self::new(frame, nothing, places);
        Self { form: FilterForm::typed(query_string, places), errors, ..page }
    }

    /// The cells of the facts that can sort the list: the class and value of each.
    fn facts(&self, property: &Property) -> Vec<(&'static str, String)> {
        let shown =
            |fact| property.value(fact).map_or_else(String::new, |value| fact.kind.shown(&value));
        sorted_facts().map(|fact| (class(fact), shown(fact))).collect()
    }

    /// The URL of a listing's page, with the state of this list.
    fn of(&self, id: &PropertyId, page: &str) -> String {
        carrying(&format!("/admin/properties/{id}/{page}/"), &self.state)
    }

    /// The URL of another page with the state of this list.
    fn beside(&self, page: &str) -> String {
        carrying(&format!("/admin/properties/{page}/"), &self.state)
    }

    /// The error messages that no field of the form shows.
    fn elsewhere(&self) -> impl Iterator<Item = &str> {
        let unseen = self.errors.iter();
        let unseen = unseen.filter(|(field, _)| matches!(*field, "page" | "sort"));
        unseen.flat_map(|(_, list)| list.iter().map(String::as_str))
    }
}

/// A text that is not the name of a location.
struct Unknown {
    asked: Location,
    used: Option<Location>,
    /// The locations that contain the text, each with the URL of its list.
    offered: Vec<(Place, String)>,
}

fn unknown(found: &AdminPage) -> Vec<Unknown> {
    let query = &found.query;
    let offer = |asked: &Location, place: &Place| {
        let mut filter = query.filter.clone();
        let locations = &mut filter.listing.locations;
        locations.retain(|other| other != asked && *other != place.location);
        locations.push(place.location.clone());
        (place.clone(), list_of(&query.filtered(filter)))
    };
    let each = found.unknown.iter().map(|unknown| Unknown {
        asked: unknown.asked.clone(),
        used: unknown.used.clone(),
        offered: unknown.offered.iter().map(|place| offer(&unknown.asked, place)).collect(),
    });
    each.collect()
}

fn spellings(found: &AdminPage) -> Vec<(String, String, Count)> {
    let offered = found.spellings.iter().filter_map(|less| {
        let services::FilterPart::Spelling { words, .. } = &less.without else {
            return None;
        };
        let mut filter = found.query.filter.clone();
        filter.listing = less.filter.clone();
        let url = list_of(&found.query.filtered(filter));
        Some((words.clone(), url, less.listings?))
    });
    offered.collect()
}
