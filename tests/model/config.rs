//! What a run of the model is made of: who writes, what may fail and how often, and which rule is broken.

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
    /// Beside the site: no instance publishes it.
    Psql,
    /// It does not take place.
    Nobody,
}

/// How often each kind of failure may still happen; a part of the state.
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
    /// Redis goes back to what a replica or a dump had kept, and every link breaks.
    pub(crate) restores: u8,
    /// A standby that lacks the last transactions takes over: every connection breaks, and the history is another.
    pub(crate) failovers: u8,
    /// A dump that lacks the last transactions is loaded in place: no connection breaks, and the history is another.
    pub(crate) reloads: u8,
    /// The stopped server's files are replaced by older ones, after every instance has read the log to its end: the
    /// history stays the same, and only the log's tail tells.
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

/// A rule that is broken on purpose.
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
    /// A generation is a counter, which starts anew after an eviction.
    CountsGenerations,
    /// The tier stays armed while the `LISTEN` connection is lost.
    ArmedWhileDeaf,
    /// Redis is used after an outage without a replay.
    NoReplay,
    /// The local tier skips events that Redis has marked as applied.
    SkipsWhatRedisApplied,
    /// After a start, what the listener's first round sees of the log counts as applied.
    LooksLate,
    /// The same, and that round changes the local generations once.
    LooksLateAndDrops,
    /// A reader of the log moves the position over another connection than the one that it read it by.
    MovesOverAnyConnection,
    /// The position counts the transactions that are running among those that are over.
    PositionIgnoresTheRunning,
    /// A position is compared by the log's tail only.
    IgnoresHistory,
    /// A position is compared by its history only.
    IgnoresTail,
    /// A position is compared by its transaction ids only.
    ComparesIdsOnly,
    /// Events are marked as applied by their numbers, which the database gives again after it lost some.
    MarksByNumber,
    /// In another history only Redis is made void.
    KeepsMemoryInAnotherHistory,
    /// In another history memory is dropped before Redis is made void.
    DropsMemoryBeforeRedis,
    /// The local generation of a late tag is captured after the load that depends on it.
    CapturesLateTagAfterLoad,
    /// That of an entry's late tag is captured after the generations that the entry is compared with are read.
    CapturesLateTagAfterRedis,
    /// A reader that joined a fill takes its answer, even if what it turned out to depend on has changed.
    FollowsUnchecked,
}

/// A configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Config {
    /// The writers.
    pub(crate) writers: [Via; 2],
    /// How many reads each of the two readers issues.
    pub(crate) reads: [u8; 2],
    /// With 1, both writes change the same row; with 2, each changes its own row, and an entry shows both.
    pub(crate) tags: usize,
    /// Whether only the row of the first tag tells the second: it is *late*, known once that row is read.
    pub(crate) late: bool,
    /// Whether a write takes its transaction id some time before it commits.
    pub(crate) slow_transactions: bool,
    /// Whether a lost `LISTEN` connection is noticed only some time after.
    pub(crate) lease: bool,
    /// What may fail.
    pub(crate) failures: Failures,
    /// What is broken.
    pub(crate) mutant: Option<Mutant>,
}

impl Config {
    /// One row, one read per reader, nothing fails.
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
