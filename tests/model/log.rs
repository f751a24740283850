//! The readers of the event log: an instance's listener, and the repair of its link to Redis.

use crate::config::{Config, Mutant, Writes, only};
use crate::state::{Doing, Late, Link, Listener, Round, Stage, State};

/// One of an instance's two readers of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Listener,
    Repair,
}

/// The next stage of a round with these events left.
pub(crate) fn after(todo: Writes) -> Stage {
    match todo {
        0 => Stage::Move,
        _ => Stage::Redis,
    }
}

impl State {
    fn can_invalidate(&self, i: usize) -> bool {
        self.instances[i].link != Link::Down
    }

    /// Whether a listener that hears nothing would find work by itself.
    pub(crate) fn has_work(&self, config: &Config, i: usize) -> bool {
        let instance = &self.instances[i];
        instance.notified
            || self.committed() & !instance.applied != 0
            || (self.can_invalidate(i)
                && (!self.continues(self.redis.position)
                    || (config.slow_transactions
                        && self.redis.position != self.end_of_log(config))))
            || !self.continues(instance.position)
    }

    /// Changes the local generation of a tag: everything that captured the old one is invalid.
    pub(crate) fn change_local_generation(&mut self, config: &Config, i: usize, tag: usize) {
        self.instances[i].memory = None;
        for reader in &mut self.readers {
            if reader.leads_on(i) {
                let told = config.late && tag == 1;
                reader.captured &= told;
                if reader.late == Late::Current && (told || reader.doing == Doing::Compare) {
                    reader.late = Late::Past;
                }
            }
        }
    }

    pub(crate) fn apply_locally(&mut self, config: &Config, i: usize, event: usize) {
        self.change_local_generation(config, i, config.tag_of(event));
        self.instances[i].applied |= only(event);
    }

    /// The listener begins a round; a lost one connects first.
    pub(crate) fn listen(&mut self, i: usize) {
        let usable = self.can_invalidate(i);
        let position = self.redis.position;
        let instance = &mut self.instances[i];
        if instance.listener == Listener::Lost {
            instance.listener = Listener::Replaying;
        }
        instance.notified = false;
        instance.round = Round::at(Stage::Log);
        if usable {
            instance.round.redis = true;
            instance.round.from = position;
        }
    }

    /// The link connects again.
    pub(crate) fn reconnect(&mut self, config: &Config, i: usize) {
        let instance = &mut self.instances[i];
        if config.is(Mutant::NoReplay) {
            instance.link = Link::Up;
            return;
        }
        instance.link = Link::Repairing;
        instance.repair = Round::at(Stage::Position);
    }

    /// The next step of a round.
    pub(crate) fn follow_log(&mut self, config: &Config, i: usize, who: Who) {
        let mut round = match who {
            Who::Listener => self.instances[i].round,
            Who::Repair => self.instances[i].repair,
        };
        match round.stage {
            Stage::Idle => {}
            Stage::Position => {
                round.redis = true;
                round.from = self.redis.position;
                round.stage = Stage::Log;
            }
            Stage::Log => self.read_log(config, i, who, &mut round),
            Stage::Void => {
                match self.can_invalidate(i) {
                    true => self.redis.void_all(config),
                    false => round.redis = false,
                }
                round.stage = after(round.todo);
            }
            Stage::Redis => self.apply(config, i, who, &mut round),
            Stage::Local => {
                self.apply_first_locally(config, i, &mut round);
                round.stage = match config.is(Mutant::LocalBeforeRedis) {
                    true => Stage::Redis,
                    false => done_with_first(&mut round),
                };
            }
            Stage::Move => {
                if round.redis && self.can_invalidate(i) {
                    self.redis.move_position(round.from, round.to);
                }
                match who {
                    Who::Repair => self.instances[i].link = Link::Up,
                    Who::Listener => {
                        self.bring_memory_up(config, i, &round);
                        self.instances[i].listener = Listener::Following;
                    }
                }
                round = Round::IDLE;
            }
        }
        // A listener that has nothing to move in Redis has finished.
        let following = self.instances[i].listener == Listener::Following;
        let moves = round.redis && round.from != round.to;
        if who == Who::Listener && following && round.stage == Stage::Move && !moves {
            self.bring_memory_up(config, i, &round);
            round = Round::IDLE;
        }
        match who {
            Who::Listener => self.instances[i].round = round,
            Who::Repair => self.instances[i].repair = round,
        }
    }

    /// Brings memory up to the end of a round: if its position was unknown, all of it is dropped now, because Redis has
    /// nothing older any more.
    fn bring_memory_up(&mut self, config: &Config, i: usize, round: &Round) {
        if round.drop {
            (0..config.tags).for_each(|tag| self.change_local_generation(config, i, tag));
            self.instances[i].applied = round.to.seen;
        }
        self.instances[i].position = round.to;
    }

    /// Reads, in one snapshot, the end of the log and the events that Redis or this instance does not reflect.
    fn read_log(&mut self, config: &Config, i: usize, who: Who, round: &mut Round) {
        round.to = self.end_of_log(config);
        let unknown = round.redis && !self.accepts(config, round.from);
        if round.redis && !unknown {
            round.todo = self.events_since(round.from) & !self.redis.applied;
        }
        if who == Who::Listener {
            let position = self.instances[i].position;
            if self.accepts(config, position) {
                let known = match config.is(Mutant::SkipsWhatRedisApplied) {
                    true => self.redis.applied,
                    false => self.instances[i].applied,
                };
                round.todo |= self.events_since(position) & !known;
            } else {
                self.begin_anew(config, i, round);
            }
        }
        round.stage = match (unknown, after(round.todo)) {
            (true, _) => Stage::Void,
            (false, Stage::Redis) if local_first(config, who) => Stage::Local,
            (false, stage) => stage,
        };
    }

    /// The position of memory is unknown.
    fn begin_anew(&mut self, config: &Config, i: usize, round: &mut Round) {
        match config.mutant {
            Some(Mutant::LooksLate | Mutant::KeepsMemoryInAnotherHistory) => {
                self.instances[i].applied = round.to.seen;
            }
            Some(Mutant::LooksLateAndDrops | Mutant::DropsMemoryBeforeRedis) => {
                self.instances[i].applied = round.to.seen;
                (0..config.tags).for_each(|tag| self.change_local_generation(config, i, tag));
            }
            _ => round.drop = true,
        }
    }

    fn apply(&mut self, config: &Config, i: usize, who: Who, round: &mut Round) {
        let event = first(round.todo);
        match self.can_invalidate(i) {
            true => self.redis.invalidate(config, event, true),
            false => round.redis = false,
        }
        round.stage = match who {
            Who::Listener if !config.is(Mutant::LocalBeforeRedis) => Stage::Local,
            _ => {
                let next = done_with_first(round);
                match next {
                    Stage::Redis if local_first(config, who) => Stage::Local,
                    next => next,
                }
            }
        };
    }

    fn apply_first_locally(&mut self, config: &Config, i: usize, round: &mut Round) {
        let event = first(round.todo);
        if self.instances[i].applied & only(event) == 0 {
            self.apply_locally(config, i, event);
        }
    }
}

fn local_first(config: &Config, who: Who) -> bool {
    who == Who::Listener && config.is(Mutant::LocalBeforeRedis)
}

fn first(todo: Writes) -> usize {
    todo.trailing_zeros() as usize
}

fn done_with_first(round: &mut Round) -> Stage {
    round.todo &= round.todo - 1;
    after(round.todo)
}
