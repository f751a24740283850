//! The steps: what each participant may do in each state.

use stateright::{Model, Property};

use crate::config::{Config, Mutant, Via};
use crate::log::Who;
use crate::position::Position;
use crate::redis::Failure;
use crate::required::properties;
use crate::state::{Doing, Instance, Link, Listener, Phase, Reader, Redis, Round, Stage, State};

/// The protocol in a configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Protocol(pub(crate) Config);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A writer's next step.
    Write(usize),
    /// A reader asks an instance.
    Ask(usize, usize),
    /// A reader asks an instance, and joins the other reader's fill.
    Join(usize, usize),
    /// The next step of a reader's fill.
    Fill(usize),
    /// A store that its instance has given up reaches Redis.
    StoreLate(usize),
    /// An instance's listener hears a notification, looks by itself, or connects.
    Listen(usize),
    /// An instance connects to Redis again.
    Reconnect(usize),
    /// The next step of a reading of the log.
    Log(usize, Who),
    Fail(Failure),
}

impl Model for Protocol {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State::first(&self.0)]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if state.stale {
            return;
        }
        let config = &self.0;
        for w in 0..2 {
            let rest = [Phase::Acknowledged, Phase::Unanswered, Phase::Void, Phase::Lost];
            if !rest.contains(&state.writers[w].phase) {
                steps.push(Step::Write(w));
            }
        }
        let alike = state.readers[0] == state.readers[1];
        for r in 0..if alike { 1 } else { 2 } {
            let reader = &state.readers[r];
            match reader.doing {
                Doing::Nothing if reader.left > 0 => {
                    for i in 0..2 {
                        steps.push(Step::Ask(r, i));
                        if state.may_join(config, r, i) && state.memory(config, i).is_none() {
                            steps.push(Step::Join(r, i));
                        }
                    }
                }
                Doing::Nothing | Doing::Following => {}
                doing => {
                    steps.push(Step::Fill(r));
                    if doing == Doing::Store && state.instances[reader.on].link != Link::Up {
                        steps.push(Step::StoreLate(r));
                    }
                }
            }
        }
        for (i, instance) in state.instances.iter().enumerate() {
            match (instance.round.stage, instance.listener) {
                (Stage::Idle, Listener::Lost) => steps.push(Step::Listen(i)),
                (Stage::Idle, Listener::Following) if state.has_work(config, i) => {
                    steps.push(Step::Listen(i));
                }
                (Stage::Idle, _) => {}
                _ => steps.push(Step::Log(i, Who::Listener)),
            }
            match instance.link {
                Link::Up => {}
                Link::Repairing => steps.push(Step::Log(i, Who::Repair)),
                Link::Down => steps.push(Step::Reconnect(i)),
            }
        }
        failures(config, state, steps);
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let config = &self.0;
        let mut state = *last;
        match step {
            Step::Write(w) => state.write(config, w),
            Step::Ask(r, i) => state.ask(config, r, i),
            Step::Join(r, i) => state.join(config, r, i),
            Step::Fill(r) => state.fill(config, r),
            Step::StoreLate(r) => state.store_late(r),
            Step::Listen(i) => state.listen(i),
            Step::Reconnect(i) => state.reconnect(config, i),
            Step::Log(i, who) => state.follow_log(config, i, who),
            Step::Fail(failure) => state.fail(config, failure),
        }
        state.tidy(config);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties(&self.0)
    }
}

/// The failures that are possible now.
fn failures(config: &Config, state: &State, steps: &mut Vec<Step>) {
    let left = state.failures;
    let mut push = |failure| steps.push(Step::Fail(failure));
    if left.losses > 0 {
        if state.redis != Redis::EMPTY {
            push(Failure::Flush);
        }
        for tag in 0..2 {
            if state.redis.generations[tag] != 0 {
                push(Failure::EvictGeneration(tag));
            }
        }
        if state.redis.entry.is_some() {
            push(Failure::EvictEntry);
        }
        if state.redis.applied != 0 {
            push(Failure::EvictMarks);
        }
        if state.redis.position.is_known() {
            push(Failure::EvictPosition);
        }
    }
    if state.committed() != 0 {
        for all in [false, true] {
            if left.failovers > 0 {
                push(Failure::Failover { all });
            }
            if left.reloads > 0 {
                push(Failure::Reload { all });
            }
            if left.swaps > 0 && state.everything_is_read(config) {
                push(Failure::Swap { all });
            }
        }
    }
    if left.restores > 0 {
        match state.saved {
            None => push(Failure::Save),
            Some(_) => push(Failure::Restore),
        }
    }
    for (i, instance) in state.instances.iter().enumerate() {
        if left.losses > 0 && instance.memory.is_some() {
            push(Failure::EvictMemory(i));
        }
        if left.outages > 0 && instance.link != Link::Down {
            push(Failure::LinkBreaks(i));
        }
        match instance.listener {
            Listener::Deaf => push(Failure::ListenerNoticed(i)),
            Listener::Following | Listener::Replaying if left.disconnects > 0 => {
                push(Failure::ListenerBreaks(i));
            }
            _ => {}
        }
        if left.crashes > 0 {
            push(Failure::Crash(i));
        }
    }
}

impl State {
    fn write(&mut self, config: &Config, w: usize) {
        let next_xid = self.next_xid();
        let writer = &mut self.writers[w];
        match (writer.phase, config.writers[w]) {
            (Phase::Idle, _) if config.slow_transactions => {
                writer.xid = next_xid;
                writer.phase = Phase::Begun;
            }
            (Phase::Idle | Phase::Begun, via) => {
                if writer.xid == 0 {
                    writer.xid = next_xid;
                }
                writer.phase = match via {
                    Via::Instance(_) => Phase::Committed,
                    _ => Phase::Acknowledged,
                };
                self.committed_by(config, w);
                for instance in &mut self.instances {
                    let hears = [Listener::Following, Listener::Replaying];
                    instance.notified |= hears.contains(&instance.listener);
                }
            }
            (_, Via::Instance(i)) => self.publish(config, w, i),
            _ => {}
        }
    }

    /// The direct publish: Redis, then memory, then the answer.
    fn publish(&mut self, config: &Config, w: usize, i: usize) {
        let usable = self.instances[i].link != Link::Down;
        let local_first = config.is(Mutant::LocalBeforeRedis);
        self.writers[w].phase = match self.writers[w].phase {
            Phase::Committed if config.is(Mutant::MarksBeforeItDeletes) => {
                if usable {
                    self.redis.applied |= 1 << w;
                }
                Phase::Marked
            }
            Phase::Marked => {
                if usable {
                    self.redis.kill(config, w);
                }
                Phase::Published
            }
            phase => {
                match (phase == Phase::Committed) == local_first {
                    true => self.apply_locally(config, i, w),
                    false if usable => self.redis.invalidate(config, w, false),
                    false => {}
                }
                match phase {
                    Phase::Committed => Phase::Published,
                    _ => Phase::Acknowledged,
                }
            }
        };
    }

    fn fail(&mut self, config: &Config, failure: Failure) {
        let left = &mut self.failures;
        match failure {
            Failure::Save | Failure::ListenerNoticed(_) => {}
            Failure::Restore => left.restores -= 1,
            Failure::LinkBreaks(_) => left.outages -= 1,
            Failure::ListenerBreaks(_) => left.disconnects -= 1,
            Failure::Crash(_) => left.crashes -= 1,
            Failure::Failover { .. } => left.failovers -= 1,
            Failure::Reload { .. } => left.reloads -= 1,
            Failure::Swap { .. } => left.swaps -= 1,
            _ => left.losses -= 1,
        }
        match failure {
            Failure::Flush => self.redis = Redis::EMPTY,
            Failure::EvictGeneration(tag) => self.redis.generations[tag] = 0,
            Failure::EvictEntry => self.redis.entry = None,
            Failure::EvictMarks => self.redis.applied = 0,
            Failure::EvictPosition => self.redis.position = Position::NONE,
            Failure::EvictMemory(i) => self.instances[i].memory = None,
            Failure::Save => self.saved = Some(self.redis),
            Failure::Restore => {
                if let Some(saved) = self.saved.take() {
                    self.redis = saved;
                }
                (0..2).for_each(|i| self.break_link(config, i));
            }
            Failure::LinkBreaks(i) => self.break_link(config, i),
            Failure::ListenerBreaks(i) => {
                let instance = &mut self.instances[i];
                instance.notified = false;
                instance.round = Round::IDLE;
                instance.listener = match (config.lease, instance.listener) {
                    (true, Listener::Following) => Listener::Deaf,
                    _ => Listener::Lost,
                };
            }
            Failure::ListenerNoticed(i) => self.instances[i].listener = Listener::Lost,
            Failure::Crash(i) => self.crash(config, i),
            Failure::Failover { all } => {
                self.lose(all);
                self.history += 1;
                self.break_listeners(config);
            }
            Failure::Reload { all } => {
                self.lose(all);
                self.history += 1;
            }
            Failure::Swap { all } => {
                self.lose(all);
                self.break_listeners(config);
            }
        }
    }

    /// The instance loses its state, and requests that waited for it get no answer. After the restart, it first takes
    /// its position in the log.
    fn crash(&mut self, config: &Config, i: usize) {
        let late = config.is(Mutant::LooksLate) || config.is(Mutant::LooksLateAndDrops);
        let position = match late {
            true => Position::NONE,
            false => self.end_of_log(config),
        };
        let applied = self.committed() & !self.events_since(position);
        self.instances[i] = Instance {
            link: Link::Down,
            repair: Round::IDLE,
            listener: Listener::Lost,
            round: Round::IDLE,
            notified: false,
            applied,
            position,
            memory: None,
        };
        for reader in &mut self.readers {
            if reader.doing != Doing::Nothing && reader.on == i {
                *reader = Reader::with(reader.left);
            }
        }
        for (writer, via) in self.writers.iter_mut().zip(config.writers) {
            if via == Via::Instance(i) {
                writer.phase = match writer.phase {
                    Phase::Begun => Phase::Void,
                    Phase::Committed | Phase::Marked | Phase::Published => Phase::Unanswered,
                    phase => phase,
                };
            }
        }
    }
}
