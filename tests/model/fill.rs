//! Reads and fills.

use crate::config::{Config, Mutant, Writes};
use crate::state::{Doing, Link, Listener, Reader, State};

impl State {
    pub(crate) fn armed(&self, config: &Config, i: usize) -> bool {
        config.is(Mutant::ArmedWhileDeaf)
            || matches!(self.instances[i].listener, Listener::Following | Listener::Deaf)
    }

    /// The answer of an instance's memory tier.
    pub(crate) fn memory(&self, config: &Config, i: usize) -> Option<Writes> {
        self.instances[i].memory.filter(|_| self.armed(config, i))
    }

    /// Whether the other reader leads a fill that this one may join.
    pub(crate) fn may_join(&self, config: &Config, reader: usize, i: usize) -> bool {
        let other = &self.readers[1 - reader];
        other.leads_on(i)
            && (other.captured || config.is(Mutant::JoinsAnyFlight))
            && (self.armed(config, i) || config.is(Mutant::JoinsWhileDeaf))
    }

    /// A read begins: memory answers at once, or a fill begins, which captures the local generations first.
    pub(crate) fn ask(&mut self, config: &Config, r: usize, i: usize) {
        let must = self.required(config, i);
        let left = self.readers[r].left - 1;
        self.readers[r] = Reader::with(left);
        if let Some(value) = self.memory(config, i) {
            self.stale |= must & !value != 0;
            return;
        }
        self.readers[r] =
            Reader { doing: Doing::Lookup, on: i, must, captured: true, ..Reader::with(left) };
    }

    /// A read joins the fill in flight. If the answer is already certain, it is checked at once: a later load shows
    /// everything that was acknowledged before it.
    pub(crate) fn join(&mut self, config: &Config, r: usize, i: usize) {
        let must = self.required(config, i);
        let left = self.readers[r].left - 1;
        self.readers[r] = Reader::with(left);
        let leader = self.readers[1 - r];
        match leader.doing {
            _ if config.late => self.follow(r, i, must),
            Doing::Lookup => {
                self.follow(r, i, must);
            }
            Doing::Mint | Doing::Load => {}
            _ => {
                // A value that the database lost must no longer be shown.
                let gone = leader.value & !self.committed() != 0;
                self.stale |= must & !leader.value != 0 || (gone && self.quiescent(i));
            }
        }
    }

    fn follow(&mut self, r: usize, on: usize, must: Writes) {
        self.readers[r] =
            Reader { doing: Doing::Following, on, must, ..Reader::with(self.readers[r].left) };
    }

    /// The next step of a fill.
    pub(crate) fn fill(&mut self, config: &Config, r: usize) {
        let usable = self.instances[self.readers[r].on].link == Link::Up;
        if config.late && self.fill_with_late_tag(config, r, usable) {
            return;
        }
        if self.readers[r].doing == Doing::Lookup {
            return self.look_up(config, r, usable);
        }
        let reader = &mut self.readers[r];
        match reader.doing {
            Doing::Nothing | Doing::Following | Doing::Lookup => {}
            Doing::CaptureBoth | Doing::Compare => {}
            Doing::CaptureTold | Doing::MintTold | Doing::LoadTold => {}
            Doing::Mint => {
                if usable {
                    reader.stamps = self.redis.mint(config);
                }
                reader.doing = Doing::Load;
            }
            Doing::Load => {
                let stamped = reader.stamps[0] != 0;
                self.readers[r].value = self.committed();
                self.readers[r].doing = match stamped {
                    true => Doing::Store,
                    false => Doing::Put,
                };
            }
            Doing::Store => {
                if usable {
                    if config.is(Mutant::StampsAfterLoad) {
                        reader.stamps = self.redis.mint(config);
                    }
                    self.redis.store(reader.value, reader.stamps);
                }
                reader.stamps = [0; 2];
                reader.doing = Doing::Put;
            }
            Doing::CaptureLate => {
                reader.captured = true;
                reader.doing = Doing::Put;
            }
            Doing::Put => {
                self.instances[reader.on].memory = Some(reader.value);
                *reader = Reader::with(reader.left);
            }
        }
    }

    fn look_up(&mut self, config: &Config, r: usize, usable: bool) {
        let found = self.redis.valid(config).filter(|_| usable);
        self.check_answer(r, found);
        let reader = &mut self.readers[r];
        reader.must = 0;
        if let Some(value) = found {
            reader.value = value;
            reader.doing = match config.is(Mutant::CapturesAfterRedis) {
                true => Doing::CaptureLate,
                false => Doing::Put,
            };
            return;
        }
        reader.doing = Doing::Load;
        if usable {
            match self.redis.generations[..config.tags].contains(&0) {
                true => reader.doing = Doing::Mint,
                false => reader.stamps = self.redis.generations,
            }
        }
    }

    /// Checks the value from Redis against what the leader and the joined readers must be shown. In the model they need
    /// not wait any longer: the rest of the fill doesn't change the answer.
    fn check_answer(&mut self, r: usize, found: Option<Writes>) {
        let on = self.readers[r].on;
        for (index, reader) in self.readers.iter_mut().enumerate() {
            let follows = reader.doing == Doing::Following && reader.on == on;
            if index == r || follows {
                self.stale |= found.is_some_and(|value| reader.must & !value != 0);
            }
            if follows {
                *reader = Reader::with(reader.left);
            }
        }
    }

    /// A store that its instance has given up still reaches Redis.
    pub(crate) fn store_late(&mut self, r: usize) {
        let reader = &mut self.readers[r];
        self.redis.store(reader.value, reader.stamps);
        reader.stamps = [0; 2];
        reader.doing = Doing::Put;
    }
}
