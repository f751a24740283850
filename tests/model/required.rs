//! What a read must show, and the properties.

use stateright::Property;

use crate::config::{Config, Via, Writes, only};
use crate::model::Protocol;
use crate::state::{Doing, Late, Link, Listener, Phase, Reader, Stage, State};

impl State {
    /// Whether nothing is pending on an instance: its listener follows, every notification is handled, and its link is
    /// used or bypassed, but not under repair.
    pub(crate) fn quiescent(&self, i: usize) -> bool {
        let instance = &self.instances[i];
        instance.listener == Listener::Following
            && !instance.notified
            && instance.round.stage == Stage::Idle
            && instance.link != Link::Repairing
            && self.continues(instance.position)
    }

    /// The writes that a read must show if it begins now on an instance:
    ///
    /// - acknowledged ones that the instance published itself, despite any failure and even after a crash;
    /// - acknowledged ones that it has applied;
    /// - every acknowledged one while nothing is pending on it;
    /// - every acknowledged one while it knows that it does not hear of events, and nothing is pending on another
    ///   instance that keeps Redis up to date: it must ask Redis then.
    pub(crate) fn required(&self, config: &Config, i: usize) -> Writes {
        let acknowledged = self.acknowledged();
        let alone = matches!(self.instances[i].listener, Listener::Lost | Listener::Replaying);
        let other = 1 - i;
        let kept = self.quiescent(other) && self.instances[other].link == Link::Up;
        if self.quiescent(i) || (alone && kept) {
            return acknowledged;
        }
        let mut certain = self.instances[i].applied;
        for (w, via) in config.writers.iter().enumerate() {
            if *via == Via::Instance(i) {
                certain |= only(w);
            }
        }
        acknowledged & certain
    }

    /// Whether an instance would answer with less than a set of writes.
    fn answers_less(&self, config: &Config, i: usize, writes: Writes) -> bool {
        let lacks = |value: Option<Writes>| value.is_some_and(|value| writes & !value != 0);
        lacks(self.memory(config, i))
            || (self.instances[i].link == Link::Up && lacks(self.redis.valid(config)))
    }

    /// Whether an instance would answer with a different set of writes.
    fn answers_otherwise(&self, config: &Config, i: usize, writes: Writes) -> bool {
        let differs = |value: Option<Writes>| value.is_some_and(|value| value != writes);
        differs(self.memory(config, i))
            || (self.instances[i].link == Link::Up && differs(self.redis.valid(config)))
    }

    fn any_reader(&self, test: impl Fn(&Reader) -> bool) -> bool {
        self.readers.iter().any(test)
    }
}

pub(crate) const NO_OLDER_READ: &str = "no acknowledged write is followed by an older read";
pub(crate) const NO_OLDER_ENTRY: &str = "no tier would answer a read with less than it must show";
pub(crate) const QUIESCENT: &str = "where nothing is pending, every tier has what the database has";

pub(crate) const ALWAYS: [&str; 3] = [NO_OLDER_READ, NO_OLDER_ENTRY, QUIESCENT];

/// What must always hold, and what must happen in some run so that the model is not vacuous.
pub(crate) fn properties(config: &Config) -> Vec<Property<Protocol>> {
    let mut list = vec![
        Property::<Protocol>::always(NO_OLDER_READ, |_, state| !state.stale),
        Property::<Protocol>::always(NO_OLDER_ENTRY, |Protocol(config), state| {
            (0..2).all(|i| !state.answers_less(config, i, state.required(config, i)))
        }),
        Property::<Protocol>::always(QUIESCENT, |Protocol(config), state| {
            let committed = state.committed();
            (0..2).all(|i| !state.quiescent(i) || !state.answers_otherwise(config, i, committed))
        }),
        Property::<Protocol>::sometimes("a store in redis is dead at birth", |_, state| {
            state.any_reader(|r| r.doing == Doing::Store && r.stamps != state.redis.generations)
        }),
        Property::<Protocol>::sometimes("an entry in memory is dead at birth", |_, state| {
            state.any_reader(|r| r.doing == Doing::Store && (!r.captured || r.late == Late::Past))
        }),
        Property::<Protocol>::sometimes("every write is acknowledged and shown", |p, state| {
            state.acknowledged() == state.committed()
                && state
                    .writers
                    .iter()
                    .all(|w| matches!(w.phase, Phase::Acknowledged | Phase::Void | Phase::Lost))
                && (0..2).any(|i| state.memory(&p.0, i) == Some(state.committed()))
        }),
    ];
    if config.reads[0] + config.reads[1] > 1 {
        list.extend([
            Property::<Protocol>::sometimes("a read finds its answer in memory", |_, state| {
                (0..2).any(|i| state.instances[i].memory.is_some())
                    && state.any_reader(|r| r.left > 0)
            }),
            Property::<Protocol>::sometimes("a read finds its answer in redis", |p, state| {
                let up = |r: &Reader| state.instances[r.on].link == Link::Up;
                state.redis.valid(&p.0).is_some()
                    && state.any_reader(|r| r.doing == Doing::Lookup && up(r))
            }),
        ]);
    }
    if config.reads[0].min(config.reads[1]) > 0 {
        list.push(Property::<Protocol>::sometimes("a read joins another's fill", |_, state| {
            state.any_reader(|r| r.doing == Doing::Following)
        }));
    }
    let failures = config.failures;
    if failures.outages + failures.restores > 0 {
        list.push(Property::<Protocol>::sometimes(
            "a read is answered during an outage of redis",
            |_, state| {
                state.any_reader(|r| {
                    r.doing == Doing::Load && state.instances[r.on].link != Link::Up
                })
            },
        ));
    }
    if failures.losses + failures.failovers + failures.reloads > 0 {
        list.push(Property::<Protocol>::sometimes(
            "a listener finds that redis has no position of this database",
            |_, state| {
                let mut rounds = state.instances.iter().map(|instance| instance.round);
                rounds.any(|round| round.stage == Stage::Void)
            },
        ));
    }
    let published = config.writers.iter().any(|via| matches!(via, Via::Instance(_)));
    if failures.crashes > 0 && published {
        list.push(Property::<Protocol>::sometimes(
            "a write is committed and never answered",
            |_, state| state.writers.iter().any(|w| w.phase == Phase::Unanswered),
        ));
    }
    list
}
