//! `templates/admin/`

use askama::Template;

use super::filters;
use super::pager::Pager;
use crate::domain::{
    FieldErrors, HistoryEntry, ListingQuery, Position, Property, PropertyForm, PropertyId, Sort,
    Version,
};
use crate::http::admin::staff::Frame;
use crate::services::ListingPage;

/// The login form.
#[derive(Template)]
#[template(path = "admin/login.html")]
pub(in crate::http) struct LoginPage<'a> {
    pub(in crate::http) csrf_token: String,
    pub(in crate::http) username: String,
    pub(in crate::http) next: String,
    pub(in crate::http) error: Option<&'a str>,
}

/// The first page.
#[derive(Template)]
#[template(path = "admin/overview.html")]
pub(in crate::http) struct OverviewPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) recent: Vec<HistoryEntry>,
}

/// The password form.
#[derive(Template)]
#[template(path = "admin/password_change.html")]
pub(in crate::http) struct PasswordPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) errors: FieldErrors,
}

/// A listing's history.
#[derive(Template)]
#[template(path = "admin/history.html")]
pub(in crate::http) struct HistoryPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) id: PropertyId,
    pub(in crate::http) entries: Vec<HistoryEntry>,
    pub(in crate::http) exists: bool,
}

/// The confirmation of a deletion.
#[derive(Template)]
#[template(path = "admin/delete.html")]
pub(in crate::http) struct DeletePage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) property: Property,
}

/// The confirmation of several deletions.
#[derive(Template)]
#[template(path = "admin/bulk_delete.html")]
pub(in crate::http) struct BulkDeletePage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) properties: Vec<Property>,
}

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
            page_size: crate::domain::DEFAULT_PAGE_SIZE,
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

/// The form that adds or changes a listing, before it has its frame.
pub(in crate::http) struct FormPage {
    id: Option<PropertyId>,
    version: Option<Version>,
    form: PropertyForm,
    errors: FieldErrors,
    notice: Option<&'static str>,
}

/// The same with its frame.
#[derive(Template)]
#[template(path = "admin/form.html")]
pub(in crate::http) struct FramedFormPage {
    frame: Frame,
    id: Option<PropertyId>,
    version: Option<Version>,
    form: PropertyForm,
    errors: FieldErrors,
    notice: Option<&'static str>,
}

impl FormPage {
    pub(in crate::http) fn add(form: PropertyForm) -> Self {
        Self {
            id: None,
            version: None,
            form,
            errors: FieldErrors::new(),
            notice: None,
        }
    }

    pub(in crate::http) fn change(id: PropertyId, form: PropertyForm, seen: Version) -> Self {
        Self {
            id: Some(id),
            version: Some(seen),
            ..Self::add(form)
        }
    }

    pub(in crate::http) fn with_errors(self, errors: FieldErrors) -> Self {
        Self { errors, ..self }
    }

    pub(in crate::http) fn with_notice(self, notice: &'static str) -> Self {
        Self {
            notice: Some(notice),
            ..self
        }
    }

    pub(in crate::http) fn framed(self, frame: Frame) -> FramedFormPage {
        let Self {
            id,
            version,
            form,
            errors,
            notice,
        } = self;
        FramedFormPage {
            frame,
            id,
            version,
            form,
            errors,
            notice,
        }
    }
}

/// Both versions of a listing that two people edited.
#[derive(Template)]
#[template(path = "admin/conflict.html")]
pub(in crate::http) struct ConflictPage {
    frame: Frame,
    id: PropertyId,
    version: Version,
    form: PropertyForm,
    errors: FieldErrors,
    rows: Vec<ConflictRow>,
}

/// One field in both versions.
struct ConflictRow {
    label: &'static str,
    theirs: String,
    yours: String,
    differs: bool,
}

impl ConflictPage {
    pub(in crate::http) fn new(frame: Frame, form: PropertyForm, current: &Property) -> Self {
        let theirs = PropertyForm::of(current);
        let row = |label, theirs: &String, yours: &String| ConflictRow {
            label,
            theirs: theirs.clone(),
            yours: yours.clone(),
            differs: theirs.trim() != yours.replace("\r\n", "\n").trim(),
        };
        let rows = vec![
            row("Title", &theirs.title, &form.title),
            row("Description", &theirs.description, &form.description),
            row("Price", &theirs.price, &form.price),
            row("Location", &theirs.location, &form.location),
        ];
        Self {
            frame,
            id: current.id,
            version: current.version(),
            form,
            errors: FieldErrors::new(),
            rows,
        }
    }
}
