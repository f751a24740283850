//! The unbroken protocol: every state of each configuration is visited.
//!
//! The configurations of the ordinary run are small; the larger ones are ignored there.

use crate::config::{
    CRASH, Config, DISCONNECT, FAILOVER, Failures, LOSS, NONE, OUTAGE, RELOAD, RESTORE, SWAP, Via,
};
use crate::search::holds;

const A: Via = Via::Instance(0);
const B: Via = Via::Instance(1);
const PSQL: Via = Via::Psql;
const NOBODY: Via = Via::Nobody;

/// Two readers.
const fn two(writers: [Via; 2]) -> Config {
    Config::new(writers)
}

/// One reader.
const fn one(writers: [Via; 2]) -> Config {
    Config { reads: [1, 0], ..Config::new(writers) }
}

#[test]
fn a_write_through_an_instance_is_not_followed_by_an_older_read() {
    holds(two([A, NOBODY]));
}

#[test]
fn a_write_by_psql_is_not_followed_by_an_older_read() {
    holds(two([PSQL, NOBODY]));
}

#[test]
fn writes_on_both_instances_do_not_hide_each_other() {
    holds(one([A, B]));
}

#[test]
fn a_transaction_that_commits_late_is_not_passed_over() {
    holds(Config { slow_transactions: true, ..one([A, PSQL]) });
}

#[test]
fn an_entry_with_two_tags_shows_the_writes_of_both() {
    holds(Config { tags: 2, ..one([A, PSQL]) });
}

/// The second row is written, or both are.
const fn late(config: Config) -> Config {
    Config { tags: 2, late: true, ..config }
}

#[test]
fn an_entry_with_a_late_tag_shows_the_writes_of_the_row_that_it_told() {
    holds(late(two([NOBODY, A])));
    holds(late(two([NOBODY, PSQL])));
    holds(late(one([A, PSQL])));
}

#[test]
fn with_a_late_tag_too_redis_and_a_listener_may_fail() {
    for failures in [LOSS, OUTAGE, DISCONNECT] {
        holds(late(one([NOBODY, A])).failing(failures));
    }
}

#[test]
fn redis_may_lose_any_key_or_all() {
    holds(one([A, NOBODY]).failing(LOSS));
    holds(two([PSQL, NOBODY]).failing(LOSS));
}

#[test]
fn a_link_to_redis_may_break_at_any_step() {
    holds(one([A, NOBODY]).failing(OUTAGE));
    holds(two([PSQL, NOBODY]).failing(OUTAGE));
}

#[test]
fn a_listener_may_be_lost_at_any_step() {
    holds(one([A, NOBODY]).failing(DISCONNECT));
    holds(two([PSQL, NOBODY]).failing(DISCONNECT));
}

#[test]
fn a_listener_may_be_lost_for_a_while_before_anybody_notices() {
    holds(Config { lease: true, ..two([PSQL, NOBODY]).failing(DISCONNECT) });
}

#[test]
fn an_instance_may_crash_at_any_step() {
    holds(one([A, NOBODY]).failing(CRASH));
}

#[test]
fn an_instance_that_starts_again_finds_what_others_left_in_redis() {
    holds(Config { reads: [2, 0], ..one([PSQL, NOBODY]).failing(CRASH) });
}

#[test]
fn redis_may_go_back_to_what_a_replica_had() {
    holds(one([PSQL, NOBODY]).failing(RESTORE));
}

#[test]
fn a_standby_that_lacks_the_last_transactions_may_take_over() {
    holds(two([PSQL, NOBODY]).failing(FAILOVER));
    holds(one([A, NOBODY]).failing(FAILOVER));
    holds(Config { lease: true, ..one([PSQL, NOBODY]).failing(FAILOVER) });
}

#[test]
fn a_dump_that_lacks_the_last_transactions_may_be_loaded_in_place() {
    holds(two([PSQL, NOBODY]).failing(RELOAD));
    holds(one([A, NOBODY]).failing(RELOAD));
}

#[test]
fn the_files_of_a_stopped_server_may_be_replaced_by_older_ones() {
    holds(two([PSQL, NOBODY]).failing(SWAP));
    holds(one([A, NOBODY]).failing(SWAP));
}

#[test]
fn a_write_after_a_loss_may_have_the_ids_of_the_lost_one() {
    for losses in [FAILOVER, RELOAD, SWAP] {
        holds(one([PSQL, PSQL]).failing(losses));
    }
}

#[test]
#[ignore = "takes minutes; run with cargo test -p cache-protocol-model -- --ignored --nocapture"]
fn two_writes_and_two_readers() {
    holds(two([A, PSQL]));
    holds(two([A, B]));
}

#[test]
#[ignore = "takes minutes; run with cargo test -p cache-protocol-model -- --ignored --nocapture"]
fn two_writes_with_slow_transactions_or_two_tags() {
    holds(Config { slow_transactions: true, ..one([A, B]) });
    holds(Config { tags: 2, ..one([A, B]) });
}

#[test]
#[ignore = "takes minutes; run with cargo test -p cache-protocol-model -- --ignored --nocapture"]
fn one_write_two_readers_and_each_failure() {
    for failures in [LOSS, OUTAGE, DISCONNECT, CRASH] {
        holds(two([A, NOBODY]).failing(failures));
    }
}

#[test]
#[ignore = "takes minutes; run with cargo test -p cache-protocol-model -- --ignored --nocapture"]
fn two_writes_and_each_failure() {
    for failures in [LOSS, OUTAGE, DISCONNECT, CRASH] {
        holds(one([A, PSQL]).failing(failures));
    }
}

#[test]
#[ignore = "takes minutes; run with cargo test -p cache-protocol-model -- --ignored --nocapture"]
fn a_loss_of_transactions_and_another_failure() {
    for losses in [FAILOVER, RELOAD, SWAP] {
        holds(one([A, B]).failing(losses));
        holds(Config { slow_transactions: true, ..one([A, PSQL]).failing(losses) });
        for failures in [OUTAGE, DISCONNECT, CRASH, LOSS, RESTORE] {
            holds(one([A, NOBODY]).failing(Failures {
                failovers: losses.failovers,
                reloads: losses.reloads,
                swaps: losses.swaps,
                ..failures
            }));
        }
    }
}

#[test]
#[ignore = "takes minutes; run with cargo test -p cache-protocol-model -- --ignored --nocapture"]
fn two_failures_at_once() {
    holds(one([A, NOBODY]).failing(Failures { outages: 2, ..NONE }));
    holds(one([A, NOBODY]).failing(Failures { outages: 1, ..LOSS }));
    holds(one([A, NOBODY]).failing(Failures { disconnects: 1, ..OUTAGE }));
    holds(one([A, NOBODY]).failing(Failures { crashes: 1, ..LOSS }));
    holds(one([A, NOBODY]).failing(RESTORE));
}
