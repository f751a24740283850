//! The state of both servers, both instances, the writers and the readers.

use crate::config::{Config, Failures, Mutant, Via, Writes, only};
use crate::position::Position;

/// A generation, or the stamp of one; 0 means none.
pub(crate) type Token = u8;
/// Any token that is neither in Redis nor in the data that Redis may be restored to: it never becomes valid again.
pub(crate) const DEAD: Token = 9;
/// A new token, until [`State::tidy`] renames it.
pub(crate) const FRESH: Token = 3;

/// An entry of Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    pub(crate) value: Writes,
    pub(crate) stamps: [Token; 2],
}

/// The content of Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Redis {
    pub(crate) generations: [Token; 2],
    pub(crate) entry: Option<Entry>,
    /// The marks of applied events.
    pub(crate) applied: Writes,
    /// The position that Redis reflects.
    pub(crate) position: Position,
}

/// The progress of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    Idle,
    /// It has a transaction id.
    Begun,
    Committed,
    /// Only in a mutant: one of the two steps in Redis is done.
    Marked,
    /// The first of the two tiers is invalidated: Redis, except in a mutant.
    Published,
    Acknowledged,
    /// Committed, but its instance crashed before it answered.
    Unanswered,
    /// Rolled back, or there is no such write.
    Void,
    /// Committed, and then lost by the database.
    Lost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Writer {
    pub(crate) phase: Phase,
    /// The transaction id; 0 for none yet.
    pub(crate) xid: u8,
    /// The transaction id that it had until the database lost it; 0 for none.
    pub(crate) lost_xid: u8,
}

/// Whether an instance may use Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Link {
    Up,
    /// Invalidations are sent; nothing is read or stored.
    Repairing,
    Down,
}

/// The `LISTEN` connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Listener {
    /// Notifications arrive, and the memory tier is armed.
    Following,
    /// Notifications arrive, but missed events are still being applied.
    Replaying,
    /// Lost, but not noticed yet: the tier is armed until its lease ends.
    Deaf,
    Lost,
}

/// The stage of a reader of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Stage {
    Idle,
    /// Next: read Redis's position.
    Position,
    /// Next: read the log.
    Log,
    /// Next: invalidate everything in Redis.
    Void,
    /// Next: apply the first event to Redis.
    Redis,
    /// Next: apply it to the memory tier.
    Local,
    /// Next: move the positions.
    Move,
}

/// One reading of the log, by an instance's listener or to repair its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Round {
    pub(crate) stage: Stage,
    /// Events still to be applied.
    pub(crate) todo: Writes,
    /// Whether Redis's position is known and every command to Redis has succeeded since.
    pub(crate) redis: bool,
    /// Whether memory must be dropped, because its position is unknown.
    pub(crate) drop: bool,
    /// Redis's position when it was read.
    pub(crate) from: Position,
    /// The new positions.
    pub(crate) to: Position,
}

impl Round {
    pub(crate) const IDLE: Self = Self {
        stage: Stage::Idle,
        todo: 0,
        redis: false,
        drop: false,
        from: Position::NONE,
        to: Position::NONE,
    };

    pub(crate) const fn at(stage: Stage) -> Self {
        Self { stage, ..Self::IDLE }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Instance {
    pub(crate) link: Link,
    pub(crate) repair: Round,
    pub(crate) listener: Listener,
    pub(crate) round: Round,
    /// Whether a notification waits.
    pub(crate) notified: bool,
    /// Events that have changed their local generation.
    pub(crate) applied: Writes,
    /// The position that memory reflects; only mutants have none.
    pub(crate) position: Position,
    /// The memory tier's entry, if it captured the current local generations. These are counters that only grow, so an
    /// entry that captured others never becomes valid again and counts as none.
    pub(crate) memory: Option<Writes>,
}

/// The next step of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Doing {
    /// Issue a read, if any is left.
    Nothing,
    /// Read the entry and the generations from Redis.
    Lookup,
    /// Make the missing generations.
    Mint,
    /// Read the row from PostgreSQL.
    Load,
    /// Store the entry in Redis.
    Store,
    /// Only in a mutant: capture the local generations.
    CaptureLate,
    /// Put the value into memory.
    Put,
    /// Wait for the value that the other reader's fill finds in Redis, or returns if there is a late tag.
    Following,
    /// For a found entry with a late tag: capture the local generations of both tags.
    CaptureBoth,
    /// Compare the entry with the generations in Redis.
    Compare,
    /// The first row is read and reveals the late tag: capture its local generation.
    CaptureTold,
    /// Read the late tag's generation in Redis, or make it.
    MintTold,
    /// Read the row of the late tag.
    LoadTold,
}

/// The local generation of a late tag, as captured by a fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Late {
    NotCaptured,
    Current,
    Past,
}

/// A reader, and the fill that it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Reader {
    pub(crate) doing: Doing,
    /// The number of reads that are still to be issued.
    pub(crate) left: u8,
    /// The instance that is asked.
    pub(crate) on: usize,
    /// The writes that the answer must show, until the answer is certain.
    pub(crate) must: Writes,
    /// Whether the captured local generations are still the current ones.
    pub(crate) captured: bool,
    /// The same for a late tag; for a found entry with one, for both tags.
    pub(crate) late: Late,
    pub(crate) stamps: [Token; 2],
    pub(crate) value: Writes,
}

impl Reader {
    pub(crate) const fn with(left: u8) -> Self {
        Self {
            doing: Doing::Nothing,
            left,
            on: 0,
            must: 0,
            captured: false,
            late: Late::NotCaptured,
            stamps: [0; 2],
            value: 0,
        }
    }

    /// Whether it leads a fill on an instance.
    pub(crate) fn leads_on(&self, instance: usize) -> bool {
        self.on == instance && !matches!(self.doing, Doing::Nothing | Doing::Following)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct State {
    pub(crate) redis: Redis,
    /// The data that Redis may be restored to.
    pub(crate) saved: Option<Redis>,
    pub(crate) writers: [Writer; 2],
    /// The writer that committed last.
    pub(crate) last_commit: usize,
    /// The current history of the database.
    pub(crate) history: u8,
    pub(crate) instances: [Instance; 2],
    pub(crate) readers: [Reader; 2],
    pub(crate) failures: Failures,
    /// Whether a read was answered with less than it must show; this ends a run.
    pub(crate) stale: bool,
}

impl State {
    /// Everything runs, and all is empty.
    pub(crate) fn first(config: &Config) -> Self {
        let instance = Instance {
            link: Link::Up,
            repair: Round::IDLE,
            listener: Listener::Following,
            round: Round::IDLE,
            notified: false,
            applied: 0,
            position: Position::START,
            memory: None,
        };
        Self {
            redis: Redis {
                generations: [0; 2],
                entry: None,
                applied: 0,
                position: Position::START,
            },
            saved: None,
            writers: config.writers.map(|via| Writer {
                phase: match via {
                    Via::Nobody => Phase::Void,
                    _ => Phase::Idle,
                },
                xid: 0,
                lost_xid: 0,
            }),
            last_commit: 0,
            history: 0,
            instances: [instance; 2],
            readers: config.reads.map(Reader::with),
            failures: config.failures,
            stale: false,
        }
    }

    fn writes(&self, which: impl Fn(Phase) -> bool) -> Writes {
        let mut set = 0;
        for (w, writer) in self.writers.iter().enumerate() {
            if which(writer.phase) {
                set |= only(w);
            }
        }
        set
    }

    /// The writes that a snapshot of the database sees.
    pub(crate) fn committed(&self) -> Writes {
        let none = [Phase::Idle, Phase::Begun, Phase::Void, Phase::Lost];
        self.writes(|phase| !none.contains(&phase))
    }

    pub(crate) fn acknowledged(&self) -> Writes {
        self.writes(|phase| phase == Phase::Acknowledged)
    }

    /// Makes equivalent states equal: renames tokens by what they are equal to, and orders the interchangeable readers.
    pub(crate) fn tidy(&mut self, config: &Config) {
        if !config.is(Mutant::CountsGenerations) {
            for tag in 0..config.tags {
                self.rename(tag);
            }
            // An entry that is not valid now never becomes valid.
            let generations = self.redis.generations;
            self.redis.entry = self.redis.entry.filter(|entry| entry.stamps == generations);
        }
        for reader in &mut self.readers {
            // A value that captured a past generation would be put into memory in vain. With a late tag, a reader may
            // wait for it.
            if reader.doing == Doing::Put && !reader.captured && !config.late {
                *reader = Reader::with(reader.left);
            }
        }
        if self.readers[0] > self.readers[1] {
            self.readers.swap(0, 1);
        }
    }

    fn rename(&mut self, tag: usize) {
        let now = self.redis.generations[tag];
        let then = self.saved.map_or(0, |saved| saved.generations[tag]);
        let rename = |token: &mut Token| {
            *token = match *token {
                0 => 0,
                token if token == now => 1,
                token if token == then => 2,
                _ => DEAD,
            }
        };
        rename(&mut self.redis.generations[tag]);
        if let Some(entry) = &mut self.redis.entry {
            rename(&mut entry.stamps[tag]);
        }
        if let Some(saved) = &mut self.saved {
            rename(&mut saved.generations[tag]);
            if let Some(entry) = &mut saved.entry {
                rename(&mut entry.stamps[tag]);
            }
        }
        for reader in &mut self.readers {
            rename(&mut reader.stamps[tag]);
        }
    }
}
