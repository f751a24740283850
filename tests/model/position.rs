//! Positions in the event log: snapshots, the history, the tail; and a database that loses transactions.

use crate::config::{Config, Mutant, Writes, only};
use crate::state::{Listener, Phase, Round, State};

/// The position of a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Position {
    /// The transactions that had ended: bit `x` is transaction id `x`. Bit 0 is set if there is a position at all.
    pub(crate) over: u8,
    /// The log's tail: the events that were seen.
    pub(crate) seen: Writes,
    pub(crate) history: u8,
}

impl Position {
    pub(crate) const NONE: Self = Self { over: 0, seen: 0, history: 0 };
    /// The position of an empty log.
    pub(crate) const START: Self = Self { over: 1, ..Self::NONE };

    pub(crate) fn is_known(self) -> bool {
        self.over & 1 != 0
    }
}

impl State {
    pub(crate) fn next_xid(&self) -> u8 {
        let given = self.writers.iter().map(|writer| writer.xid).max();
        1 + given.unwrap_or(0)
    }

    /// The end of the log, as a snapshot taken now.
    pub(crate) fn end_of_log(&self, config: &Config) -> Position {
        let committed = self.committed();
        let ids = |which: Writes| -> u8 {
            let writers = self.writers.iter().enumerate();
            let chosen = writers.filter(|(w, _)| which & only(*w) != 0);
            chosen.fold(0, |ids, (_, writer)| ids | 1 << writer.xid)
        };
        let given = (1_u8 << self.next_xid()) - 1;
        let running = self.writers.iter().enumerate();
        let running = running.filter(|(_, writer)| writer.phase == Phase::Begun);
        let running = running.fold(0, |set, (w, _)| set | only(w));
        let over = match config.is(Mutant::PositionIgnoresTheRunning) {
            // Up to the highest committed one.
            true => (1_u8 << (8 - ids(committed).leading_zeros())) - 1,
            false => given & !ids(running),
        };
        Position { over: over | 1, seen: committed, history: self.history }
    }

    /// The committed events of transactions that had not ended at a position.
    pub(crate) fn events_since(&self, position: Position) -> Writes {
        self.committed() & !self.seen_at(position)
    }

    /// The committed events of transactions that had ended at a position, if the ids still mean the same.
    fn seen_at(&self, position: Position) -> Writes {
        let mut set = self.committed();
        for (w, writer) in self.writers.iter().enumerate() {
            if position.over & (1 << writer.xid) == 0 {
                set &= !only(w);
            }
        }
        set
    }

    fn tail_is_there(&self, position: Position) -> bool {
        // Ids beyond the database's own will be assigned again.
        let is_ahead = position.over >> self.next_xid() != 0;
        !is_ahead && self.seen_at(position) == position.seen
    }

    /// Whether a position belongs to this database, and nothing of it was lost since.
    pub(crate) fn continues(&self, position: Position) -> bool {
        position.is_known() && position.history == self.history && self.tail_is_there(position)
    }

    /// Whether a reader of the log considers a position as one of this database.
    pub(crate) fn accepts(&self, config: &Config, position: Position) -> bool {
        let of_history = position.history == self.history;
        position.is_known()
            && match config.mutant {
                Some(Mutant::IgnoresHistory) => self.tail_is_there(position),
                Some(Mutant::IgnoresTail | Mutant::PositionIgnoresTheRunning) => of_history,
                Some(Mutant::ComparesIdsOnly) => position.over >> self.next_xid() == 0,
                _ => of_history && self.tail_is_there(position),
            }
    }

    /// The database returns to before its last transaction, or before all.
    pub(crate) fn lose(&mut self, all: bool) {
        let last = self.last_commit;
        for (w, writer) in self.writers.iter_mut().enumerate() {
            match writer.phase {
                Phase::Idle | Phase::Void | Phase::Lost => {}
                Phase::Begun => {
                    writer.phase = Phase::Void;
                    writer.xid = 0;
                }
                _ if all || w == last => {
                    writer.lost_xid = writer.xid;
                    writer.xid = 0;
                    writer.phase = Phase::Lost;
                }
                _ => {}
            }
        }
        // A read that began before need not show what was lost.
        let committed = self.committed();
        for reader in &mut self.readers {
            reader.must &= committed;
        }
    }

    /// Every `LISTEN` connection breaks.
    pub(crate) fn break_listeners(&mut self, config: &Config) {
        for instance in &mut self.instances {
            instance.notified = false;
            instance.round = Round::IDLE;
            instance.listener = match (config.lease, instance.listener) {
                (true, Listener::Following) => Listener::Deaf,
                _ => Listener::Lost,
            };
        }
    }

    /// Whether every cache's position is the end of the log.
    pub(crate) fn everything_is_read(&self, config: &Config) -> bool {
        let end = self.end_of_log(config);
        self.redis.position == end && self.instances.iter().all(|i| i.position == end)
    }

    /// A write is committed. In a mutant, it takes over the marks of a lost event with its number.
    pub(crate) fn committed_by(&mut self, config: &Config, w: usize) {
        self.last_commit = w;
        let (new, lost) = (self.writers[w], self.writers[1 - w]);
        if config.is(Mutant::MarksByNumber) && lost.phase == Phase::Lost && lost.lost_xid == new.xid
        {
            let share = |marks: &mut Writes| {
                if *marks & only(1 - w) != 0 {
                    *marks |= only(w);
                }
            };
            share(&mut self.redis.applied);
            self.instances.iter_mut().for_each(|instance| share(&mut instance.applied));
        }
    }
}
