//! Use cases: cached reads, and writes in a transaction that yield events. Handlers and commands call nothing else.

mod accounts;
mod admin_list;
mod detail_view;
mod editor;
mod error;
mod exports;
mod exposition;
mod families;
pub mod fixtures;
mod health;
mod history;
mod imports;
mod list_view;
mod listings;
mod loopback;
mod looser;
mod machines;
mod management;
mod meant;
mod pages;
mod passwords;
mod places;
mod sessions;
mod spelling;
mod submissions;
mod traffic;
mod undo;
pub(crate) mod urls;

pub use accounts::login::Login;
pub use accounts::management::{Actor, ManageError, UserPage};
pub use accounts::visitor::Visitor;
pub use accounts::{Accounts, CreateUserError};
pub use admin_list::{AdminPage, BulkOutcome, LISTED_ROWS, LONGEST_LIST, Look};
pub use detail_view::DetailView;
pub use editor::{DeleteOutcome, Deletion, Editor, UpdateOutcome};
pub use error::{Outage, Result, ServiceError};
pub use exports::Piece;
pub use exposition::{CONTENT_TYPE as EXPOSITION_TYPE, Exposition};
pub use health::{Health, Readiness};
pub use history::{History, HistoryPage, Origin};
pub use imports::{ImportOutcome, LOOK_SECONDS, MAX_UPLOAD_BYTES, Preview, PreviewOutcome};
pub use list_view::ListView;
pub use listings::{ListingPage, Listings};
pub use loopback::{Address as LoopbackAddress, Loopback};
pub use looser::{FilterPart, Looser};
pub use machines::{Machines, Newest};
pub use management::Management;
pub use management::clearing::{ClearScope, Cleared, WouldEnd};
pub use management::explanation::{
    ExplainedLevel, ExplainedPage, ExplainedTag, Explanation, PastEvent,
};
pub use management::figures::{EventState, LevelFigures, Report, Saved};
pub use management::history::{
    BySource, CacheHistory, Gauges, Point, Range, SAMPLING, Series, TableRow, TopUrls, UrlFigures,
    UrlRow,
};
pub use management::instances::{Instance, InstanceState, MOST_LAG};
pub use management::keys::{KeyFamily, Keys};
pub use management::load_test::{Bar, LoadTest, LoadTestReport, LoadTestRequest};
pub use management::overview::Overview;
pub use management::rating::rating;
pub use management::signals::SignalStep;
pub use management::streams::{FIGURES_EVERY, FigureStream, FigureStreams};
pub use management::warm::Warmed;
pub use management::warming::WarmState;
pub use meant::{Meant, UnknownPlace};
pub use pages::PageKey;
pub use places::MAX_PLACES;
pub use sessions::{NAME as SESSION_NAME, SessionState, Sessions, USER_ID};
pub use submissions::{CreateOutcome, Submission};
pub use traffic::{Route, Traffic, Turned};
pub use undo::{MAX_UNDONE, RestoreOutcome, UndoOutcome};

use crate::cache::Cache;
use crate::db::Database;
use crate::events::{Bus, CacheReceiver, Receiver};

/// Every use case; cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// Reading listings.
    pub listings: Listings,
    /// Feeds and the sitemap.
    pub machines: Machines,
    /// The cache, for rendered pages.
    pub cache: Cache,
    /// Writing listings.
    pub editor: Editor,
    /// The history of listings.
    pub history: History,
    /// Accounts and logins.
    pub accounts: Accounts,
    /// Sessions of staff.
    pub sessions: Sessions,
    /// Cache management.
    pub management: Management,
    /// Who watches the figures live.
    pub streams: FigureStreams,
    /// Whether the site can do its work.
    pub health: Health,
    /// The requests that were answered.
    pub traffic: Traffic,
    /// Metrics for Prometheus.
    pub exposition: Exposition,
}

impl Services {
    /// Wires the use cases; `receivers` are told of events after the cache and the log.
    pub fn new(
        database: Database,
        cache: Cache,
        loopback: Loopback,
        receivers: Vec<Receiver>,
    ) -> Self {
        let own = [Receiver::Cache(CacheReceiver::new(cache.clone())), Receiver::Log];
        let bus = Bus::new(own.into_iter().chain(receivers).collect::<Vec<_>>());
        let listings = Listings { database: database.clone(), cache: cache.clone() };
        let editor = Editor::new(database.clone(), cache.clone(), bus);
        let sessions = Sessions { database: database.clone(), cache: cache.clone() };
        let management = Management::new(
            database.clone(),
            cache.clone(),
            listings.clone(),
            editor.clone(),
            loopback,
        );
        let traffic = Traffic::default();
        Self {
            exposition: Exposition {
                database: database.clone(),
                cache: cache.clone(),
                traffic: traffic.clone(),
            },
            traffic,
            machines: Machines { database: database.clone(), cache: cache.clone() },
            cache: cache.clone(),
            history: History { database: database.clone() },
            accounts: Accounts::new(database.clone(), sessions.clone()),
            streams: FigureStreams::new(management.clone()),
            management,
            health: Health { database, cache },
            listings,
            editor,
            sessions,
        }
    }
}
