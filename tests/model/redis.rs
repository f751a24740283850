//! Redis's commands, each of which is atomic, and Redis's failures.

use crate::config::{Config, Mutant, Writes, only};
use crate::position::Position;
use crate::state::{Entry, FRESH, Link, Redis, Stage, State, Token};

impl Redis {
    pub(crate) const EMPTY: Self =
        Self { generations: [0; 2], entry: None, applied: 0, position: Position::NONE };

    /// The entry, if every generation of its tags is present and equal to its stamp.
    pub(crate) fn valid(&self, config: &Config) -> Option<Writes> {
        let entry = self.entry?;
        let tags = 0..config.tags;
        let valid = tags
            .map(|tag| (entry.stamps[tag], self.generations[tag]))
            .all(|(stamp, generation)| generation != 0 && stamp == generation);
        valid.then_some(entry.value)
    }

    /// Makes the missing generations, and returns all.
    pub(crate) fn mint(&mut self, config: &Config) -> [Token; 2] {
        for tag in 0..config.tags {
            self.mint_one(config, tag);
        }
        self.generations
    }

    /// The generation of one tag, made if it is missing.
    pub(crate) fn mint_one(&mut self, config: &Config, tag: usize) -> Token {
        let generation = &mut self.generations[tag];
        if *generation == 0 {
            *generation = match config.is(Mutant::CountsGenerations) {
                true => 1,
                false => FRESH,
            };
        }
        *generation
    }

    pub(crate) fn store(&mut self, value: Writes, stamps: [Token; 2]) {
        self.entry = Some(Entry { value, stamps });
    }

    /// The script: deletes the generation of the event's tag and marks the event. With `once`, a marked event is
    /// skipped.
    pub(crate) fn invalidate(&mut self, config: &Config, event: usize, once: bool) {
        if once && self.applied & only(event) != 0 {
            return;
        }
        self.kill(config, event);
        self.applied |= only(event);
    }

    pub(crate) fn kill(&mut self, config: &Config, event: usize) {
        let generation = &mut self.generations[config.tag_of(event)];
        *generation = match config.is(Mutant::CountsGenerations) {
            true if *generation != 0 => *generation + 1,
            _ => 0,
        };
    }

    /// Invalidates everything, and forgets which events are applied.
    pub(crate) fn void_all(&mut self, config: &Config) {
        for event in 0..2 {
            self.kill(config, event);
        }
        self.applied = 0;
    }

    /// Moves the position if it is still the one that was read.
    pub(crate) fn move_position(&mut self, from: Position, to: Position) {
        if self.position == from {
            self.position = to;
        }
    }
}

/// A failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Redis loses everything (`FLUSHALL`, a restart without a dump).
    Flush,
    /// Redis evicts the generation of a tag.
    EvictGeneration(usize),
    EvictEntry,
    EvictMarks,
    EvictPosition,
    /// The memory tier of an instance evicts its entry.
    EvictMemory(usize),
    /// A replica or a dump keeps Redis's current data.
    Save,
    /// Redis returns to that data.
    Restore,
    /// The link of an instance breaks.
    LinkBreaks(usize),
    /// The `LISTEN` connection of an instance breaks.
    ListenerBreaks(usize),
    /// The lease of a broken `LISTEN` connection ends.
    ListenerNoticed(usize),
    /// An instance crashes and is started again.
    Crash(usize),
    /// A standby that lacks the last transaction, or all, takes over.
    Failover {
        all: bool,
    },
    /// A dump that lacks the last transaction, or all, is restored in place.
    Reload {
        all: bool,
    },
    /// The server's files are replaced by older ones that lack the last transaction, or all.
    Swap {
        all: bool,
    },
}

impl State {
    pub(crate) fn break_link(&mut self, config: &Config, i: usize) {
        let instance = &mut self.instances[i];
        instance.link = Link::Down;
        instance.repair = crate::state::Round::IDLE;
        if !config.is(Mutant::MovesOverAnyConnection) {
            instance.round.redis = false;
            instance.round.from = Position::NONE;
            if instance.round.stage == Stage::Void {
                instance.round.stage = crate::log::after(instance.round.todo);
            }
        }
    }
}
