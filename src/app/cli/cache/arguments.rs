//! The arguments of `manage_cache`.

use clap::Args;

use crate::app::cli::output::OutputFormat;

/// The verbs without further options. (`requires` would not work: clap ignores a requirement that conflicts with another
/// argument.)
const OTHERS: [&str; 6] = ["status", "warm", "test", "test_signals", "metrics", "explain"];

#[derive(Debug, Args)]
pub(in crate::app::cli) struct CacheAction {
    #[command(flatten)]
    pub(super) what: CacheVerb,
    #[command(flatten)]
    pub(super) part: Part,
    #[command(flatten)]
    pub(super) load: Load,
    /// The output format
    #[arg(long, default_value = "text")]
    pub(super) format: OutputFormat,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct CacheVerb {
    /// Show the entries and bytes of each level, remaining lifetimes, and the position in the event log
    #[arg(long)]
    pub(super) status: bool,
    /// Remove this site's entries from every level and instance, or some of them with --tag or --url
    #[arg(long)]
    pub(super) clear: bool,
    /// Load the first pages of the list in each order, and the listings on them, into Redis
    #[arg(long)]
    pub(super) warm: bool,
    /// Set, get, expire and delete a probe key at each level
    #[arg(long)]
    pub(super) test: bool,
    /// Create, update and delete a test listing, and check that the caches are updated
    #[arg(long)]
    pub(super) test_signals: bool,
    /// Show Redis's statistics, with advice
    #[arg(long)]
    pub(super) metrics: bool,
    /// Show what Redis holds for a URL, whether it is valid and why, and what last invalidated it
    #[arg(long, value_name = "URL")]
    pub(super) explain: Option<String>,
    /// Request the list many times, and measure response times
    #[arg(long)]
    pub(super) load_test: bool,
}

/// Options that limit `--clear`.
#[derive(Debug, Args)]
pub(super) struct Part {
    /// With --clear: remove only entries with this tag, such as property:7 or location:Leith
    #[arg(long, conflicts_with_all = OTHERS, conflicts_with_all = ["url", "load_test"])]
    pub(super) tag: Option<String>,
    /// With --clear: remove only entries that show the same rows as this page. With --load-test: the running site to test,
    /// such as http://127.0.0.1:8000
    #[arg(long, conflicts_with_all = OTHERS)]
    pub(super) url: Option<String>,
    /// With --tag or --url: clear without asking
    #[arg(long, visible_aliases = ["no-input", "yes"], conflicts_with_all = OTHERS, conflicts_with = "load_test")]
    pub(super) noinput: bool,
}

/// Options of `--load-test`.
#[derive(Debug, Args)]
pub(super) struct Load {
    /// With --load-test: number of requests, from 1 to 10,000 (default: 100)
    #[arg(long, conflicts_with_all = OTHERS, conflicts_with = "clear", value_parser = clap::value_parser!(i64).range(1..=10_000))]
    pub(super) requests: Option<i64>,
    /// With --load-test: number of concurrent requests, from 1 to 64 (default: 10)
    #[arg(long, conflicts_with_all = OTHERS, conflicts_with = "clear", value_parser = clap::value_parser!(i64).range(1..=64))]
    pub(super) concurrency: Option<i64>,
}
