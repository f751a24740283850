//! Breaks each rule of the protocol: the search finds a violation, so the model can fail.

use crate::config::{
    CRASH, Config, DISCONNECT, FAILOVER, Failures, LOSS, Mutant, OUTAGE, RELOAD, RESTORE, SWAP, Via,
};
use crate::search::breaks;

const A: [Via; 2] = [Via::Instance(0), Via::Nobody];
const PSQL: [Via; 2] = [Via::Psql, Via::Nobody];

/// Two readers.
const fn two(writers: [Via; 2], mutant: Mutant) -> Config {
    Config::new(writers).broken(mutant)
}

/// One reader.
const fn one(writers: [Via; 2], mutant: Mutant) -> Config {
    Config { reads: [1, 0], ..two(writers, mutant) }
}

#[test]
fn local_generations_must_not_change_before_redis_is_invalidated() {
    breaks(two(A, Mutant::LocalBeforeRedis));
}

#[test]
fn local_generations_must_be_captured_before_redis_is_read() {
    breaks(two(A, Mutant::CapturesAfterRedis));
}

#[test]
fn generations_must_be_read_before_the_load() {
    breaks(one(A, Mutant::StampsAfterLoad));
}

#[test]
fn an_event_must_not_be_marked_before_its_generations_are_deleted() {
    breaks(two(A, Mutant::MarksBeforeItDeletes));
}

#[test]
fn a_read_must_not_join_a_fill_that_captured_past_generations() {
    breaks(two(A, Mutant::JoinsAnyFlight));
}

/// The local generations of an instance that does not hear of events do not change, so they can't reveal that a fill
/// began before a write.
#[test]
fn a_read_must_not_join_a_fill_while_the_tier_is_not_armed() {
    breaks(two(PSQL, Mutant::JoinsWhileDeaf).failing(DISCONNECT));
}

#[test]
fn generations_must_not_be_counters() {
    breaks(two(A, Mutant::CountsGenerations).failing(LOSS));
}

#[test]
fn the_tier_must_not_be_armed_while_the_listener_is_lost() {
    breaks(one(PSQL, Mutant::ArmedWhileDeaf).failing(DISCONNECT));
}

#[test]
fn redis_must_not_be_used_after_an_outage_without_a_replay() {
    breaks(one(A, Mutant::NoReplay).failing(OUTAGE));
}

/// Redis's marks say that Redis reflects an event, but the memory of the other instances does not.
#[test]
fn the_memory_tier_must_not_skip_what_redis_has_applied() {
    breaks(one(A, Mutant::SkipsWhatRedisApplied));
}

/// Memory is empty at a start, but a fill that loaded before the listener's first round may put its value there
/// afterwards.
#[test]
fn the_position_after_a_start_must_not_be_taken_late() {
    breaks(one(PSQL, Mutant::LooksLate).failing(CRASH));
}

/// A fill that begins after the generations have changed may still find the old entry in Redis, where the event is not
/// applied yet.
#[test]
fn nor_does_it_help_to_drop_what_memory_holds() {
    let config = one(PSQL, Mutant::LooksLateAndDrops).failing(CRASH);
    breaks(Config { reads: [2, 0], ..config });
}

/// What was applied over a connection that has broken since may be undone: another server may answer now, with the same
/// position but without the invalidations.
#[test]
fn the_position_must_not_be_moved_over_another_connection() {
    breaks(one(PSQL, Mutant::MovesOverAnyConnection).failing(RESTORE));
}

/// The second row is written, which the first one reveals.
fn breaks_late(mutant: Mutant) {
    breaks(Config { tags: 2, late: true, ..two([Via::Nobody, Via::Instance(0)], mutant) });
}

#[test]
fn a_late_tag_must_be_captured_before_what_depends_on_it_is_read() {
    breaks_late(Mutant::CapturesLateTagAfterLoad);
    breaks_late(Mutant::CapturesLateTagAfterRedis);
}

/// A fill is joined by the tags that are known when it begins.
#[test]
fn a_joined_fill_must_not_answer_if_a_late_tag_has_changed() {
    breaks_late(Mutant::FollowsUnchecked);
}

#[test]
fn the_position_must_not_pass_a_transaction_that_is_running() {
    let config = one([Via::Psql; 2], Mutant::PositionIgnoresTheRunning);
    breaks(Config { slow_transactions: true, ..config });
}

/// One reader asks twice, and the database loses transactions.
fn breaks_by_loss(writers: [Via; 2], mutant: Mutant, losses: Failures) {
    breaks(Config { reads: [2, 0], ..two(writers, mutant).failing(losses) });
}

/// The ids are assigned again: a later write has the id of the lost one.
#[test]
fn a_position_must_not_be_compared_by_transaction_ids_only() {
    for losses in [FAILOVER, RELOAD, SWAP] {
        breaks_by_loss([Via::Psql; 2], Mutant::ComparesIdsOnly, losses);
    }
}

/// Older files of the same server have the same history.
#[test]
fn a_position_must_not_be_compared_without_the_tail() {
    breaks_by_loss([Via::Psql; 2], Mutant::IgnoresTail, SWAP);
}

/// Data that is loaded between two readings of the log is not in the tail.
#[test]
fn a_position_must_not_be_compared_by_the_tail_only() {
    for losses in [FAILOVER, RELOAD] {
        breaks_by_loss([Via::Psql; 2], Mutant::IgnoresHistory, losses);
    }
}

#[test]
fn events_must_not_be_marked_by_their_numbers() {
    for losses in [FAILOVER, RELOAD] {
        breaks_by_loss([Via::Psql; 2], Mutant::MarksByNumber, losses);
    }
}

#[test]
fn memory_must_not_be_kept_in_another_history() {
    breaks_by_loss(PSQL, Mutant::KeepsMemoryInAnotherHistory, FAILOVER);
}

/// A fill that begins after the drop finds the lost row in Redis.
#[test]
fn memory_must_not_be_dropped_before_redis_is_void() {
    breaks_by_loss(PSQL, Mutant::DropsMemoryBeforeRedis, RELOAD);
}
