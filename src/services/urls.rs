//! Every URL of the site, declared once: routing, the families of requests, the keys of cached pages, the formats of
//! failures and the list of described URLs are read from this table.

use super::traffic::Route;

/// The page or the action at a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Address {
    Public(Public),
    Operators(Operators),
    Admin(Admin),
}

/// What is open to every client.
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
    Places,
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

/// What operators do with the cache.
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

/// What staff see.
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
    Users,
    UsersHistory,
    AddUser,
    ChangeUser,
    UserPassword,
    DeleteUser,
    UserHistory,
    UserSessions,
}

/// The format of a failure at a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failures {
    /// As the client asks: a page unless it prefers data.
    AsAsked,
    /// Data unless the client asks for a page.
    DataFirst,
    /// Data: no page is ever here.
    Data,
}

/// A URL, and what holds for it.
#[derive(Debug)]
pub(crate) struct Url {
    pub(crate) address: Address,
    /// The path as in the API's description: parameters are in braces. `{name}` is any text, `{token}` any without a slash,
    /// `{hash}` the name of a photo, every other one a number.
    pub(crate) pattern: &'static str,
    /// The family that its requests are counted in.
    pub(crate) route: Route,
    /// The start of its pages' names in keys, and what operators call these pages; `None` where others share the name.
    pub(crate) pages: Option<(&'static str, &'static str)>,
    pub(crate) failures: Failures,
    /// Whether a form without scripts leads here, with its empty fields.
    pub(crate) has_form: bool,
    /// Whether the API's description names it.
    pub(crate) is_described: bool,
}

/// Every URL, those that most requests ask for first.
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
    public(Public::Feed, "/properties/feed.atom", Route::Machine)
        .pages("feed.", "Pages: feeds")
        .for_programs(),
    public(Public::Sitemap, "/sitemap.xml", Route::Machine)
        .pages("sitemap", "Pages: site map")
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

    /// The value of the first parameter in a path of this URL, empty where it has none; `None` for the path of another.
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

    /// Whether crawlers may look at it: not at what is for staff or operators, nor at other ways to the same pages.
    fn is_crawled(&self) -> bool {
        match self.address {
            Address::Public(
                Public::Uncached
                | Public::Next
                | Public::Previous
                | Public::Enquire
                | Public::Enquired,
            ) => false,
            Address::Public(_) => true,
            Address::Operators(_) | Address::Admin(_) => false,
        }
    }

    /// Whether paths below it that are no URLs count as its own.
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

/// The paths that crawlers may not look at, as robots.txt names them.
pub(crate) fn closed_to_crawlers() -> Vec<String> {
    let mut closed: Vec<String> = Vec::new();
    for url in URLS.iter().filter(|url| !url.is_crawled()) {
        let path = url.pattern.replace("{id}", "*");
        // A path closes those below it as well.
        if !closed.iter().any(|above| path.starts_with(above)) {
            closed.push(path);
        }
    }
    closed
}

/// The family of a path, whether or not there is something.
pub(crate) fn route_of(path: &str) -> Route {
    let found = find(path).map(|(url, _)| url);
    let found = found.or_else(|| URLS.iter().find(|url| url.has_path_below(path)));
    found.map_or(Route::Other, |url| url.route)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_address_belongs_to_its_family() {
        for (path, route) in [
            ("/", Route::List),
            ("/properties/", Route::List),
            ("/properties/places/", Route::List),
            ("/properties/no-cache/", Route::Uncached),
            ("/properties/7/", Route::Detail),
            ("/properties/7/next/", Route::Detail),
            ("/properties/feed.atom", Route::Machine),
            ("/sitemap.xml", Route::Machine),
            ("/sitemap-3.xml", Route::Machine),
            ("/static/site.css", Route::Static),
            ("/media/0f0f/320.webp", Route::Media),
            ("/admin/properties/", Route::Admin),
            ("/properties/cache-status/", Route::Management),
            ("/properties/redis-metrics/events/", Route::Management),
            ("/metrics", Route::Management),
            ("/readyz", Route::Health),
            ("/wp-login.php", Route::Other),
            ("/administrator", Route::Other),
            ("/admin", Route::Admin),
            ("/admin/nothing/", Route::Admin),
            ("/properties/x/", Route::Other),
            ("", Route::Other),
        ] {
            assert_eq!(route_of(path), route, "{path}");
        }
    }

    #[test]
    fn a_path_leads_to_its_url_and_parameter() {
        let found = |path| find(path).map(|(url, parameter)| (url.pattern, parameter));
        assert_eq!(found("/properties/"), Some(("/properties/", "")));
        assert_eq!(found("/properties/7/"), Some(("/properties/{id}/", "7")));
        assert_eq!(found("/sitemap-0.xml"), Some(("/sitemap-{part}.xml", "0")));
        assert_eq!(found("/static/a/b.css"), Some(("/static/{name}", "a/b.css")));
        assert_eq!(found("/media/0f/320.jpg"), Some(("/media/{hash}/{width}.jpg", "0f")));
        let version = "/admin/properties/7/history/9/restore/";
        let pattern = "/admin/properties/{id}/history/{event}/restore/";
        assert_eq!(found(version), Some((pattern, "7")));
        for path in [
            "/properties",
            "/properties//",
            "/properties/7",
            "/sitemap-.xml",
            "/static/",
            "//",
            "/x",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }

    #[test]
    fn no_url_is_declared_twice() {
        let patterns: HashSet<_> = URLS.iter().map(|url| url.pattern).collect();
        let addresses: HashSet<_> = URLS.iter().map(|url| format!("{:?}", url.address)).collect();
        assert_eq!((patterns.len(), addresses.len()), (URLS.len(), URLS.len()));
    }
}
