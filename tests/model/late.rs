//! Fills of an entry with a late tag: only the first row reveals it, so its generation can't be captured before that
//! row is read.

use crate::config::{Config, Mutant, only};
use crate::state::{Doing, Late, Reader, State};

impl State {
    /// The next step of a fill, if the late tag makes it a different one.
    pub(crate) fn fill_with_late_tag(&mut self, config: &Config, r: usize, usable: bool) -> bool {
        let late_load = config.is(Mutant::CapturesLateTagAfterLoad);
        let late_redis = config.is(Mutant::CapturesLateTagAfterRedis);
        let committed = self.committed();
        let reader = &mut self.readers[r];
        match reader.doing {
            Doing::Lookup => {
                let entry = self.redis.entry.filter(|_| usable);
                if let Some(entry) = entry {
                    reader.value = entry.value;
                    reader.stamps = entry.stamps;
                }
                reader.doing = match entry {
                    Some(_) if late_redis => Doing::Compare,
                    Some(_) => Doing::CaptureBoth,
                    None => Doing::Mint,
                };
            }
            Doing::CaptureBoth => {
                reader.late = Late::Current;
                match late_redis {
                    true => self.land(config, r),
                    false => reader.doing = Doing::Compare,
                }
            }
            Doing::Compare => self.compare(config, r, usable),
            Doing::Mint => {
                if usable {
                    reader.stamps[0] = self.redis.mint_one(config, 0);
                }
                reader.doing = Doing::Load;
            }
            Doing::Load => {
                reader.value = committed & only(0);
                reader.doing = match late_load {
                    true => Doing::MintTold,
                    false => Doing::CaptureTold,
                };
            }
            Doing::CaptureTold => {
                reader.late = Late::Current;
                reader.doing = match late_load {
                    true => stores(reader),
                    false => Doing::MintTold,
                };
            }
            Doing::MintTold => {
                if usable {
                    reader.stamps[1] = self.redis.mint_one(config, 1);
                }
                reader.doing = Doing::LoadTold;
            }
            Doing::LoadTold => {
                reader.value |= committed & only(1);
                reader.doing = match late_load {
                    true => Doing::CaptureTold,
                    false => stores(reader),
                };
            }
            Doing::Put => self.land(config, r),
            _ => return false,
        }
        true
    }

    /// Whether the found entry is valid. A valid entry is the answer, and is put into memory in the same step: a change
    /// of a local generation in between would find it there.
    fn compare(&mut self, config: &Config, r: usize, usable: bool) {
        let reader = &mut self.readers[r];
        let present = self.redis.generations.iter().all(|token| *token != 0);
        if usable && present && reader.stamps == self.redis.generations {
            match config.is(Mutant::CapturesLateTagAfterRedis) {
                true => reader.doing = Doing::CaptureBoth,
                false => self.land(config, r),
            }
            return;
        }
        reader.late = Late::NotCaptured;
        reader.stamps = [0; 2];
        reader.value = 0;
        reader.doing = Doing::Mint;
    }

    /// Puts the value into memory and gives it to the leader and the followers, which ask again if a tag that the fill
    /// revealed has changed: a fill is joined by its first tag only.
    fn land(&mut self, config: &Config, r: usize) {
        let leader = self.readers[r];
        let found = matches!(leader.doing, Doing::CaptureBoth | Doing::Compare);
        let current = leader.late == Late::Current;
        if current && (found || leader.captured) {
            self.instances[leader.on].memory = Some(leader.value);
        }
        self.stale |= leader.must & !leader.value != 0;
        self.readers[r] = Reader::with(leader.left);
        let follower = &mut self.readers[1 - r];
        if follower.doing == Doing::Following && follower.on == leader.on {
            if current || config.is(Mutant::FollowsUnchecked) {
                self.stale |= follower.must & !leader.value != 0;
            }
            *follower = Reader::with(follower.left);
        }
    }
}

/// The next step of a fill that has read both rows: it stores only what Redis has stamped for both tags.
fn stores(reader: &Reader) -> Doing {
    match reader.stamps.contains(&0) {
        true => Doing::Put,
        false => Doing::Store,
    }
}
