//! Every kind of page that a stranger can come to.

use crate::harness::{App, Chromium, Plan, Proxy, spawn_app, spawn_homes};

/// In which site a page is found.
#[derive(Clone, Copy)]
enum Where {
    /// With listings.
    Full,
    /// Without any.
    Empty,
    /// With its database away since before anybody came.
    Away,
}
use Where::{Away, Empty, Full};

enum How {
    Opened,
    /// Posted to, with a token that is not the session's.
    Posted,
}
use How::{Opened, Posted};

/// A kind of page: its name, where it is, how one comes to it, and its status.
pub(super) struct Kind(&'static str, Where, How, &'static str, u64);

pub(super) const KINDS: [Kind; 15] = [
    Kind("a list", Full, Opened, "/properties/", 200),
    Kind("a later page of a list", Full, Opened, "/properties/?page=2", 200),
    Kind(
        "a filtered list",
        Full,
        Opened,
        "/properties/?q=home&location=Leith&min_price=2000&sort=price",
        200,
    ),
    Kind("a list without results", Full, Opened, "/properties/?q=zeppelin", 200),
    Kind("a refused filter", Full, Opened, "/properties/?min_price=cheap&q=home", 400),
    Kind("a listing", Full, Opened, "/properties/2/", 200),
    Kind("a shortlist", Full, Opened, "/shortlist/?ids=3,1,999", 200),
    Kind("an empty shortlist", Full, Opened, "/shortlist/", 200),
    Kind("no such listing", Full, Opened, "/properties/999999/", 404),
    Kind("no such address", Full, Opened, "/nowhere/", 404),
    Kind("the login", Full, Opened, "/admin/login/", 200),
    Kind("a refused form", Full, Posted, "/admin/login/", 403),
    Kind("a wrong method", Full, Posted, "/properties/", 405),
    Kind("a site without listings", Empty, Opened, "/properties/", 200),
    Kind("an outage", Away, Opened, "/properties/", 503),
];

impl Kind {
    pub(super) fn name(&self) -> &'static str {
        self.0
    }
}

/// A site for each place.
pub(super) struct Sites {
    full: App,
    empty: App,
    away: App,
    _postgres: Proxy,
}

impl Sites {
    pub(super) async fn start() -> Self {
        let postgres = Proxy::to_postgres();
        let away = Plan::new().await.behind(&postgres).start().await;
        postgres.cut();
        Self { full: spawn_homes(60).await, empty: spawn_app().await, away, _postgres: postgres }
    }

    /// Brings a browser to a page of a kind.
    pub(super) async fn visit(&self, chromium: &Chromium, kind: &Kind) {
        let Kind(name, place, how, path, status) = kind;
        let app = match place {
            Full => &self.full,
            Empty => &self.empty,
            Away => &self.away,
        };
        match how {
            Opened => chromium.open(app, path).await,
            Posted => {
                chromium.open(app, "/admin/login/").await;
                chromium.post(path, &[("csrf_token", "forged")]).await;
            }
        }
        assert_eq!(chromium.status().await, *status, "{name}");
    }
}
