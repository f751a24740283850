//! The list of listings.

use askama::Template;

use crate::domain::{DEFAULT_PAGE_SIZE, FieldErrors, ListingQuery, Position, Property, Sort};
use crate::http::admin::staff::Frame;
use crate::http::views::filters;
use crate::http::views::pager::Pager;
use crate::services::ListingPage;

/// The list.
#[derive(Template)]
#[template(path = "admin/list.html")]
pub(in crate::http) struct ListPage {
    frame: Frame,
    properties: Vec<Property>,
    total: i64,
    q: String,
    location: String,
    sort: Sort,
    errors: Vec<String>,
    filtered: bool,
    pager: Pager,
}

impl ListPage {
    pub(in crate::http) fn new(
        frame: Frame,
        list: &ListingPage,
        query: &ListingQuery,
        typed: &str,
        errors: FieldErrors,
    ) -> Self {
        let page = match query.position {
            Position::Page(page) => page,
            Position::Cursor(_) => 1,
        };
        let count = list.page_count(query.page_size);
        let typed = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(typed.as_bytes());
            pairs
                .find(|(found, _)| found == name)
                .map(|(_, v)| v.into_owned())
                .unwrap_or_default()
        };
        // The page size is the admin's own, and not part of its addresses.
        let plain = ListingQuery {
            page_size: DEFAULT_PAGE_SIZE,
            ..query.clone()
        };
        let link = move |page| format!("?{}", plain.at(Position::Page(page)).canonical());
        let flat = errors.iter().flat_map(|(field, list)| {
            let label = filters::label_of(field);
            list.iter().map(move |text| format!("{label}: {text}"))
        });
        Self {
            frame,
            properties: list.properties.clone(),
            total: list.total,
            q: typed("q"),
            location: typed("location"),
            sort: query.sort,
            errors: flat.collect(),
            filtered: !query.filter.is_empty(),
            pager: Pager::new(page, count, list.more, link),
        }
    }

    fn sorts(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> + '_ {
        Sort::ALL
            .into_iter()
            .map(|sort| (sort.name(), sort.label(), sort == self.sort))
    }
}
