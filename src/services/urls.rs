//! Every URL of the site, declared once. Routing, request families, keys of cached pages, formats of errors and the
//! list of described URLs use this table.

use super::traffic::Route;

/// The page or action at a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Address {
    Public(Public),
    Operators(Operators),
    Admin(Admin),
}

/// URLs that are open to every client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Public {
    Root,
    List,
    Detail,
    Next,
    Previous,
    Uncached,
    Enquire,
    Enquired,
    Alerts,
    AlertAsked,
    Alert,
    Places,
    Facets,
    Shortlist,
    Feed,
    Robots,
    Sitemap,
    SitemapPart,
    Description,
    Health,
    Readiness,
    Static,
    PhotoWebp,
    PhotoJpeg,
}

/// URLs of cache management, for operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operators {
    Metrics,
    Status,
    Clear,
    Test,
    Dashboard,
    Stream,
    Explain,
    Warm,
    LoadTest,
    Signals,
}

/// URLs of the admin, for staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admin {
    Overview,
    Login,
    Logout,
    Logins,
    Sessions,
    PasswordChange,
    PasswordReset,
    PasswordResetDone,
    ResetPassword,
    ResetDone,
    Listings,
    AddListing,
    Export,
    Import,
    ImportPreview,
    ImportColumns,
    InvalidRows,
    UndoImport,
    ChangeListing,
    RestoreListing,
    DeleteListing,
    ListingStatus,
    ListingHistory,
    RestoreVersion,
    History,
    UndoDeletion,
    Photos,
    Jobs,
    Enquiries,
    ExportEnquiries,
    Alerts,
    Users,
    UsersHistory,
    AddUser,
    ChangeUser,
    UserPassword,
    DeleteUser,
    UserHistory,
    UserSessions,
}

/// The format of an error response at a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failures {
    /// According to the request: HTML unless the client prefers JSON.
    AsAsked,
    /// JSON, unless the client asks for HTML.
    DataFirst,
    /// JSON: the URL has no HTML page.
    Data,
}

/// A URL and its properties.
#[derive(Debug)]
pub(crate) struct Url {
    pub(crate) address: Address,
    /// The path as in the API's description, with parameters in braces. `{name}` is any text, `{token}` any text
    /// without a slash, `{hash}` the name of a photo, all others are numbers.
    pub(crate) pattern: &'static str,
    /// The family in which its requests are counted.
    pub(crate) route: Route,
    /// The start of its pages' names in keys, and their label for operators; `None` if another URL shares the name.
    pub(crate) pages: Option<(&'static str, &'static str)>,
    pub(crate) failures: Failures,
    /// Whether an HTML form sends its fields, including empty ones, to this URL.
    pub(crate) has_form: bool,
    /// Whether the API's description lists it.
    pub(crate) is_described: bool,
}

/// Every URL, the most requested first.
pub(crate) const URLS: &[Url] = &[
    public(Public::List, "/properties/", Route::List)
        .pages("list.", "Pages: lists")
        .with_form()
        .described(),
    public(Public::Detail, "/properties/{id}/", Route::Detail)
        .pages("detail.", "Pages: listings")
        .described(),
    public(Public::Places, "/properties/places/", Route::List)
        .pages("places.", "Pages: places")
        .with_form()
        .described(),
    public(Public::Facets, "/properties/facets/", Route::List)
        .pages("facets.", "Pages: facets")
        .for_programs(),
    public(Public::Shortlist, "/shortlist/", Route::Detail)
        .pages("shortlist.", "Pages: shortlists")
        .described(),
    public(Public::Feed, "/properties/feed.atom", Route::Machine)
        .pages("feed.", "Pages: feeds")
        .for_programs(),
    public(Public::Sitemap, "/sitemap.xml", Route::Machine)
        .pages("sitemap", "Pages: sitemap")
        .for_programs(),
    public(Public::SitemapPart, "/sitemap-{part}.xml", Route::Machine).for_programs(),
    public(Public::Robots, "/robots.txt", Route::Machine).for_programs(),
    public(Public::Description, "/openapi.json", Route::Machine).for_programs(),
    public(Public::Static, "/static/{name}", Route::Static),
    public(Public::PhotoWebp, "/media/{hash}/{width}.webp", Route::Media).described(),
    public(Public::PhotoJpeg, "/media/{hash}/{width}.jpg", Route::Media).described(),
    public(Public::Root, "/", Route::List),
    public(Public::Next, "/properties/{id}/next/", Route::Detail).described(),
    public(Public::Previous, "/properties/{id}/previous/", Route::Detail).described(),
    public(Public::Enquire, "/properties/{id}/enquire/", Route::Uncached),
    public(Public::Enquired, "/properties/{id}/enquire/done/", Route::Uncached),
    public(Public::Alerts, "/alerts/", Route::Uncached),
    public(Public::AlertAsked, "/alerts/done/", Route::Uncached),
    public(Public::Alert, "/alerts/{token}/", Route::Uncached),
    public(Public::Uncached, "/properties/no-cache/", Route::Uncached).described(),
    public(Public::Health, "/healthz", Route::Health).described(),
    public(Public::Readiness, "/readyz", Route::Health).described(),
    operators(Operators::Metrics, "/metrics").described(),
    operators(Operators::Dashboard, "/properties/redis-metrics/").described(),
    operators(Operators::Stream, "/properties/redis-metrics/stream/"),
    operators(Operators::Explain, "/properties/cache-explain/").described(),
    operators(Operators::Status, "/properties/cache-status/").data_first(),
    operators(Operators::Clear, "/properties/cache-clear/").data_first(),
    operators(Operators::Test, "/properties/cache-test/").data_first(),
    operators(Operators::Warm, "/properties/cache-warm/").data_first(),
    operators(Operators::LoadTest, "/properties/cache-load-test/").data_first(),
    operators(Operators::Signals, "/properties/test-signals/").data_first(),
    admin(Admin::Overview, "/admin/"),
    admin(Admin::Login, "/admin/login/"),
    admin(Admin::Logout, "/admin/logout/"),
    admin(Admin::Logins, "/admin/logins/").with_form(),
    admin(Admin::Sessions, "/admin/sessions/"),
    admin(Admin::PasswordChange, "/admin/password_change/"),
    admin(Admin::PasswordReset, "/admin/password_reset/"),
    admin(Admin::PasswordResetDone, "/admin/password_reset/done/"),
    admin(Admin::ResetPassword, "/admin/reset/{id}/{token}/"),
    admin(Admin::ResetDone, "/admin/reset/done/"),
    admin(Admin::Listings, "/admin/properties/").with_form(),
    admin(Admin::AddListing, "/admin/properties/add/"),
    admin(Admin::Export, "/admin/properties/export/"),
    admin(Admin::Import, "/admin/properties/import/"),
    admin(Admin::ImportPreview, "/admin/properties/import/{id}/"),
    admin(Admin::ImportColumns, "/admin/properties/import/{id}/columns/"),
    admin(Admin::InvalidRows, "/admin/properties/import/{id}/invalid/"),
    admin(Admin::UndoImport, "/admin/properties/import/undo/{id}/"),
    admin(Admin::ChangeListing, "/admin/properties/{id}/change/"),
    admin(Admin::Photos, "/admin/properties/{id}/photos/"),
    admin(Admin::RestoreListing, "/admin/properties/{id}/restore/"),
    admin(Admin::DeleteListing, "/admin/properties/{id}/delete/"),
    admin(Admin::ListingStatus, "/admin/properties/{id}/status/"),
    admin(Admin::ListingHistory, "/admin/properties/{id}/history/"),
    admin(Admin::RestoreVersion, "/admin/properties/{id}/history/{event}/restore/"),
    admin(Admin::History, "/admin/history/").with_form(),
    admin(Admin::UndoDeletion, "/admin/history/{event}/undo/"),
    admin(Admin::Jobs, "/admin/jobs/"),
    admin(Admin::Enquiries, "/admin/enquiries/").with_form(),
    admin(Admin::ExportEnquiries, "/admin/enquiries/export/"),
    admin(Admin::Alerts, "/admin/alerts/").with_form(),
    admin(Admin::Users, "/admin/users/").with_form(),
    admin(Admin::UsersHistory, "/admin/users/history/"),
    admin(Admin::AddUser, "/admin/users/add/"),
    admin(Admin::ChangeUser, "/admin/users/{id}/change/"),
    admin(Admin::UserPassword, "/admin/users/{id}/password/"),
    admin(Admin::DeleteUser, "/admin/users/{id}/delete/"),
    admin(Admin::UserHistory, "/admin/users/{id}/history/"),
    admin(Admin::UserSessions, "/admin/users/{id}/sessions/"),
];

const fn url(address: Address, pattern: &'static str, route: Route) -> Url {
    Url {
        address,
        pattern,
        route,
        pages: None,
        failures: Failures::AsAsked,
        has_form: false,
        is_described: false,
    }
}

const fn public(address: Public, pattern: &'static str, route: Route) -> Url {
    url(Address::Public(address), pattern, route)
}

const fn operators(address: Operators, pattern: &'static str) -> Url {
    url(Address::Operators(address), pattern, Route::Management)
}

const fn admin(address: Admin, pattern: &'static str) -> Url {
    url(Address::Admin(address), pattern, Route::Admin)
}

impl Url {
    const fn pages(mut self, start: &'static str, called: &'static str) -> Self {
        self.pages = Some((start, called));
        self
    }

    const fn with_form(mut self) -> Self {
        self.has_form = true;
        self
    }

    const fn described(mut self) -> Self {
        self.is_described = true;
        self
    }

    const fn data_first(mut self) -> Self {
        self.failures = Failures::DataFirst;
        self.described()
    }

    const fn for_programs(mut self) -> Self {
        self.failures = Failures::Data;
        self.described()
    }

    /// The value of the first parameter in a path, empty if the URL has none; `None` if the path is not of this URL.
    fn parameter<'a>(&self, path: &'a str) -> Option<&'a str> {
        let mut pieces = self.pattern.split('{');
        let mut rest = path.strip_prefix(pieces.next()?)?;
        let mut first = None;
        for piece in pieces {
            let (name, literal) = piece.split_once('}')?;
            let digits = || rest.bytes().take_while(u8::is_ascii_digit).count();
            let length = match name {
                "name" => rest.len(),
                "hash" => rest.bytes().take_while(u8::is_ascii_hexdigit).count(),
                "token" => rest.find('/').unwrap_or(rest.len()),
                _ => digits(),
            };
            let (value, after) = rest.split_at(length);
            rest = after.strip_prefix(literal).filter(|_| length > 0)?;
            first = first.or(Some(value));
        }
        rest.is_empty().then(|| first.unwrap_or_default())
    }

    /// Whether crawlers may visit it: not URLs for staff or operators, nor alternative URLs of the same pages, nor what
    /// only says more of them.
    fn is_crawled(&self) -> bool {
        match self.address {
            Address::Public(
                Public::Next | Public::Previous | Public::Facets | Public::Shortlist,
            ) => false,
            Address::Public(_) => self.route != Route::Uncached,
            Address::Operators(_) | Address::Admin(_) => false,
        }
    }

    /// Whether unknown paths below it count as its own.
    fn has_path_below(&self, path: &str) -> bool {
        let below = self.pattern.strip_suffix('/').filter(|below| !below.is_empty());
        let rest = below.and_then(|below| path.strip_prefix(below));
        self.route != Route::List
            && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The URL of a path, and the value of its first parameter.
pub(crate) fn find(path: &str) -> Option<(&'static Url, &str)> {
    URLS.iter().find_map(|url| Some((url, url.parameter(path)?)))
}

/// The start of the names of the pages at an address.
pub(super) fn page_name(address: Public) -> &'static str {
    let found = URLS.iter().find(|url| url.address == Address::Public(address));
    found.and_then(|url| url.pages).map_or("", |(start, _)| start)
}

/// The paths that robots.txt excludes.
pub(crate) fn closed_to_crawlers() -> Vec<String> {
    let mut closed: Vec<String> = Vec::new();
    for url in URLS.iter().filter(|url| !url.is_crawled()) {
        let path = url.pattern.replace("{id}", "*");
        // Excluding a path also excludes the paths below it.
        if !closed.iter().any(|above| path.starts_with(above)) {
            closed.push(path);
        }
    }
    closed
}

/// The family of a path, even if there is no such URL.
pub(crate) fn route_of(path: &str) -> Route {
    let found = find(path).map(|(url, _)| url);
    let found = found.or_else(|| URLS.iter().find(|url| url.has_path_below(path)));
    found.map_or(Route::Other, |url| url.route)
}

#[cfg(test)]
#[path = "urls_tests.rs"]
mod tests;
