//! What `manage_cache` can be told.

use clap::Args;

use crate::app::cli::output::OutputFormat;

/// The verbs that take nothing more. (That an option requires its verb would not do: clap passes over a requirement that
/// what is there excludes.)
const OTHERS: [&str; 6] = [
    "status",
    "warm",
    "test",
    "test_signals",
    "metrics",
    "explain",
];

#[derive(Debug, Args)]
pub(in crate::app::cli) struct CacheAction {
    #[command(flatten)]
    pub(super) what: CacheVerb,
    #[command(flatten)]
    pub(super) part: Part,
    #[command(flatten)]
    pub(super) load: Load,
    /// How to print the result
    #[arg(long, default_value = "text")]
    pub(super) format: OutputFormat,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct CacheVerb {
    /// Each level's entries and bytes, the lifetimes left, and how far the caches are with the event log
    #[arg(long)]
    pub(super) status: bool,
    /// Remove this site's entries from every level and instance, or a part of them
    #[arg(long)]
    pub(super) clear: bool,
    /// Fetch the first pages of the list in each order, and the listings on them, into Redis
    #[arg(long)]
    pub(super) warm: bool,
    /// Set, get, expire and delete a probe key at each level
    #[arg(long)]
    pub(super) test: bool,
    /// Create, update and delete a probe listing, and check that the caches follow
    #[arg(long)]
    pub(super) test_signals: bool,
    /// Redis's figures, with advice
    #[arg(long)]
    pub(super) metrics: bool,
    /// What Redis holds for an address, why that is right or not, and what ended it last
    #[arg(long, value_name = "URL")]
    pub(super) explain: Option<String>,
    /// Ask for the list many times, and time the answers
    #[arg(long)]
    pub(super) load_test: bool,
}

/// What part of the cache is cleared.
#[derive(Debug, Args)]
pub(super) struct Part {
    /// With --clear: only what carries a tag, such as property:7 or location:Leith
    #[arg(long, conflicts_with_all = OTHERS, conflicts_with_all = ["url", "load_test"])]
    pub(super) tag: Option<String>,
    /// With --clear: only what shows the same rows as the page at an address; with --load-test: the running site to ask,
    /// such as http://127.0.0.1:8000
    #[arg(long, conflicts_with_all = OTHERS)]
    pub(super) url: Option<String>,
    /// With --tag or --url: don't ask before clearing
    #[arg(long, visible_aliases = ["no-input", "yes"], conflicts_with_all = OTHERS, conflicts_with = "load_test")]
    pub(super) noinput: bool,
}

/// How much is asked for.
#[derive(Debug, Args)]
pub(super) struct Load {
    /// With --load-test: how many requests, from 1 to 10,000; 100 if it is not given
    #[arg(long, conflicts_with_all = OTHERS, conflicts_with = "clear", value_parser = clap::value_parser!(i64).range(1..=10_000))]
    pub(super) requests: Option<i64>,
    /// With --load-test: how many at a time, from 1 to 64; 10 if it is not given
    #[arg(long, conflicts_with_all = OTHERS, conflicts_with = "clear", value_parser = clap::value_parser!(i64).range(1..=64))]
    pub(super) concurrency: Option<i64>,
}
