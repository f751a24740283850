//! The configuration of a model run: who writes, what may fail and how often, and which rule is broken.

/// A set of writes: bit `w` is the write of writer `w`. A value is the set of writes that its snapshot saw.
pub(crate) type Writes = u8;

/// The set of one write.
pub(crate) const fn only(writer: usize) -> Writes {
    1 << writer
}

/// How a write reaches the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Via {
    /// Through an instance, which publishes it before it answers.
    Instance(usize),
    /// Directly in the database: no instance publishes it.
    Psql,
    /// There is no write.
    Nobody,
}

/// How often each kind of failure may still happen; part of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Failures {
    /// Redis loses everything or one key, or a memory tier its entry.
    pub(crate) losses: u8,
    /// An instance's link to Redis breaks.
    pub(crate) outages: u8,
    /// An instance's `LISTEN` connection breaks.
    pub(crate) disconnects: u8,
    /// An instance crashes and is started again.
    pub(crate) crashes: u8,
    /// Redis returns to the data of a replica or a dump, and every link breaks.
    pub(crate) restores: u8,
    /// A standby that lacks the last transactions takes over: every connection breaks, and the history changes.
    pub(crate) failovers: u8,
    /// A dump that lacks the last transactions is restored in place: no connection breaks, and the history changes.
    pub(crate) reloads: u8,
    /// The stopped server's files are replaced by older ones, after every instance has read the log to its end: the
    /// history stays the same, and only the log's tail differs.
    pub(crate) swaps: u8,
}

/// No failure at all.
pub(crate) const NONE: Failures = Failures {
    losses: 0,
    outages: 0,
    disconnects: 0,
    crashes: 0,
    restores: 0,
    failovers: 0,
    reloads: 0,
    swaps: 0,
};

pub(crate) const LOSS: Failures = Failures { losses: 1, ..NONE };
pub(crate) const OUTAGE: Failures = Failures { outages: 1, ..NONE };
pub(crate) const DISCONNECT: Failures = Failures { disconnects: 1, ..NONE };
pub(crate) const CRASH: Failures = Failures { crashes: 1, ..NONE };
pub(crate) const RESTORE: Failures = Failures { restores: 1, ..NONE };
pub(crate) const FAILOVER: Failures = Failures { failovers: 1, ..NONE };
pub(crate) const RELOAD: Failures = Failures { reloads: 1, ..NONE };
pub(crate) const SWAP: Failures = Failures { swaps: 1, ..NONE };

/// A rule that is intentionally broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// The local generation changes before Redis is invalidated.
    LocalBeforeRedis,
    /// A fill captures the local generation after it has read Redis.
    CapturesAfterRedis,
    /// A fill reads Redis's generations after the load.
    StampsAfterLoad,
    /// The direct publish marks the event as applied in one step, and deletes the generation in a later one.
    MarksBeforeItDeletes,
    /// A reader joins any flight, whatever generation it captured.
    JoinsAnyFlight,
    /// A reader joins flights while the tier is not armed, when its local generations do not follow events.
    JoinsWhileDeaf,
    /// A generation is a counter, which restarts after an eviction.
    CountsGenerations,
    /// The tier stays armed while the `LISTEN` connection is lost.
    ArmedWhileDeaf,
    /// Redis is used after an outage without a replay.
    NoReplay,
    /// The local tier skips events that Redis has marked as applied.
    SkipsWhatRedisApplied,
    /// After a start, the events that the listener's first round sees in the log count as applied.
    LooksLate,
    /// The same, and that round also changes the local generations once.
    LooksLateAndDrops,
    /// A reader of the log moves the position over another connection than the one over which it read it.
    MovesOverAnyConnection,
    /// The position treats running transactions as ended.
    PositionIgnoresTheRunning,
    /// A position is compared by the log's tail only.
    IgnoresHistory,
    /// A position is compared by its history only.
    IgnoresTail,
    /// A position is compared by its transaction ids only.
    ComparesIdsOnly,
    /// Events are marked as applied by their numbers, which the database assigns again after it lost some.
    MarksByNumber,
    /// If the history is another one, only Redis is invalidated.
    KeepsMemoryInAnotherHistory,
    /// If the history is another one, memory is dropped before Redis is invalidated.
    DropsMemoryBeforeRedis,
    /// The local generation of a late tag is captured after the load that depends on it.
    CapturesLateTagAfterLoad,
    /// The local generation of an entry's late tag is captured after reading the generations for the comparison.
    CapturesLateTagAfterRedis,
    /// A reader that joined a fill takes its answer, even if a tag that only the fill revealed has changed.
    FollowsUnchecked,
}

/// A configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Config {
    /// The writers.
    pub(crate) writers: [Via; 2],
    /// The number of reads that each of the two readers issues.
    pub(crate) reads: [u8; 2],
    /// With 1, both writes change the same row; with 2, each changes its own row, and an entry shows both.
    pub(crate) tags: usize,
    /// Whether the second tag is *late*: known only after the row of the first tag is read.
    pub(crate) late: bool,
    /// Whether a write takes its transaction id some time before it commits.
    pub(crate) slow_transactions: bool,
    /// Whether a lost `LISTEN` connection is noticed only some time later.
    pub(crate) lease: bool,
    /// The possible failures.
    pub(crate) failures: Failures,
    /// The broken rule.
    pub(crate) mutant: Option<Mutant>,
}

impl Config {
    /// One row, one read per reader, no failures.
    pub(crate) const fn new(writers: [Via; 2]) -> Self {
        Self {
            writers,
            reads: [1, 1],
            tags: 1,
            late: false,
            slow_transactions: false,
            lease: false,
            failures: NONE,
            mutant: None,
        }
    }

    pub(crate) const fn failing(mut self, failures: Failures) -> Self {
        self.failures = failures;
        self
    }

    pub(crate) const fn broken(mut self, mutant: Mutant) -> Self {
        self.mutant = Some(mutant);
        self
    }

    pub(crate) fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    /// The tag of the row that a writer changes.
    pub(crate) const fn tag_of(&self, writer: usize) -> usize {
        if self.tags == 2 { writer } else { 0 }
    }
}
