//! Use cases: cached reads, and writes in transactions that return events. Handlers and commands call only these.

mod accounts;
mod admin_list;
mod alert_letter;
mod alert_matching;
mod alerts;
mod attention;
mod detail_view;
mod drain;
mod editor;
mod enquiries;
mod enquiry_export;
mod error;
mod exports;
mod exposition;
mod facets;
mod families;
pub mod fixtures;
mod health;
mod history;
mod imports;
mod jobs;
mod limiter;
mod links;
mod list_view;
mod listings;
mod loopback;
mod machines;
mod management;
mod pages;
mod passwords;
mod photos;
mod places;
mod post;
mod relaxed_filter;
mod resolved_query;
mod sessions;
mod shortlist;
mod spelling;
mod submissions;
mod tasks;
mod traffic;
mod undo;
pub(crate) mod urls;
mod worker;

pub use accounts::login::Login;
pub use accounts::management::{Actor, ManageError, UserPage};
pub use accounts::visitor::Visitor;
pub use accounts::{Accounts, CreateUserError};
pub use admin_list::{AdminPage, BulkOutcome, LISTED_ROWS, LONGEST_LIST, SelectionPreview};
pub use alerts::{AlertLink, Alerts};
pub use attention::Attention;
pub use detail_view::DetailView;
pub use drain::Drain;
pub use editor::{DeleteOutcome, Deletion, Editor, UpdateOutcome};
pub use enquiries::Enquiries;
pub use error::{Outage, Result, ServiceError};
pub use exports::Piece;
pub use exposition::{CONTENT_TYPE as EXPOSITION_TYPE, Exposition};
pub use health::{Health, Readiness};
pub use history::{History, HistoryPage, Origin};
pub use imports::{
    ChoiceOutcome, FileColumns, ImportOutcome, LOOK_SECONDS, MAX_UPLOAD_BYTES, Preview,
    PreviewOutcome, Unread,
};
pub use jobs::Jobs;
pub use limiter::{Limiter, LimiterReport, Permit};
pub use links::{FormToken, Links};
pub use list_view::ListView;
pub use listings::{ListingPage, Listings};
pub use loopback::{Address as LoopbackAddress, Loopback};
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
pub use pages::PageKey;
pub use photos::{Gallery, MediaReport, PhotosOutcome};
pub use places::MAX_PLACES;
pub use post::Post;
pub use relaxed_filter::{FilterPart, RelaxedFilter};
pub use resolved_query::{ResolvedQuery, UnknownPlace};
pub use sessions::{NAME as SESSION_NAME, SessionState, Sessions, USER_ID};
pub use submissions::{CreateOutcome, Submission};
pub use tasks::Tasks;
pub use traffic::{Route, Traffic, Turned};
pub use undo::{MAX_UNDONE, RestoreOutcome, UndoOutcome};
pub use worker::Worker;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::cache::Cache;
use crate::db::{Class, Database};
use crate::events::{Bus, CacheReceiver, Receiver};
use crate::mail::Mailer;
use crate::media::Media;
use limiter::Bounds;

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
    /// The photos of listings.
    pub gallery: Gallery,
    /// The history of listings.
    pub history: History,
    /// Accounts and logins.
    pub accounts: Accounts,
    /// Sessions of staff.
    pub sessions: Sessions,
    /// Cache management.
    pub management: Management,
    /// The live streams of the dashboard.
    pub streams: FigureStreams,
    /// The readiness of the site.
    pub health: Health,
    /// The shutdown of the instance.
    pub drain: Drain,
    /// The requests that were answered.
    pub traffic: Traffic,
    /// The limit on concurrent expensive pages.
    pub expensive: Limiter,
    /// The site's mails.
    pub post: Post,
    /// Enquiries about listings.
    pub enquiries: Enquiries,
    /// Alerts about listings.
    pub alerts: Alerts,
    /// What the site signs.
    pub links: Links,
    /// Background jobs.
    pub jobs: Jobs,
    /// Metrics for Prometheus.
    pub exposition: Exposition,
}

impl Services {
    /// Connects the use cases. `mailer` sends the site's mails, `office` receives those about enquiries; `receivers`
    /// get events after the cache and the log.
    pub fn new(
        database: Database,
        cache: Cache,
        media: Media,
        loopback: Loopback,
        (mailer, site_name, office): (Option<Mailer>, &str, Option<String>),
        receivers: Vec<Receiver>,
    ) -> Self {
        let staff = database.of(Class::Staff);
        let expensive = Limiter::new(Bounds::of_pages(&database));
        let links = Links::default();
        let post = Post {
            database: database.clone(),
            mailer,
            links: links.clone(),
            site_name: site_name.to_owned(),
            office,
        };
        let rejected = Arc::<AtomicU64>::default();
        let own = [Receiver::Cache(CacheReceiver::new(cache.clone())), Receiver::Log];
        let bus = Bus::new(own.into_iter().chain(receivers).collect::<Vec<_>>());
        let listings = Listings { database: database.clone(), cache: cache.clone() };
        let editor = Editor::new(staff.clone(), cache.clone(), bus, media.clone());
        let sessions = Sessions { database: staff.clone(), cache: cache.clone() };
        let management = Management::new(
            staff.clone(),
            cache.clone(),
            listings.clone(),
            editor.clone(),
            loopback,
        );
        let (traffic, drain) = (Traffic::default(), Drain::default());
        let jobs = Jobs::new(database.clone());
        let alerts = Alerts::new(database.clone(), post.clone(), links.clone());
        Self {
            exposition: Exposition {
                database: database.clone(),
                cache: cache.clone(),
                traffic: traffic.clone(),
                expensive: expensive.clone(),
                jobs: jobs.figures.clone(),
                rejected: rejected.clone(),
                alerts: alerts.figures.clone(),
                drain: drain.clone(),
            },
            expensive,
            jobs,
            enquiries: Enquiries {
                database: database.clone(),
                post: post.clone(),
                links: links.clone(),
                rejected,
            },
            alerts,
            links,
            traffic,
            machines: Machines { database, cache: cache.clone() },
            cache: cache.clone(),
            gallery: Gallery { database: staff.clone(), editor: editor.clone(), media },
            history: History { database: staff.clone() },
            accounts: Accounts::new(staff.clone(), sessions.clone(), post.clone()),
            post,
            streams: FigureStreams::new(management.clone()),
            management,
            health: Health { database: staff, cache, drain: drain.clone() },
            drain,
            listings,
            editor,
            sessions,
        }
    }
}
