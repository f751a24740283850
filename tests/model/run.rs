//! A model of the cache protocol, searched exhaustively: every state that the steps of two instances, two writers, two
//! readers, PostgreSQL and Redis can reach in any order.
//!
//! # What is modelled
//!
//! - PostgreSQL: one row, or two with an entry that shows both; a commit appends its event, and notifies the listeners,
//!   in one step. A value is the set of writes that its snapshot saw. With slow transactions, ids are taken before the
//!   commit, so the log fills out of order. It may lose its last transaction or all, and then assigns their ids again:
//!   by a failover, by a dump that is restored in place, or by older files.
//! - Redis: generations, one entry, the marks of applied events, the position. A command or script is one step. It may
//!   lose any key or all, or return to a replica's data; a given-up store may reach it late.
//! - With a late tag: an entry of two rows, the second of which is known after the first is read. Its dependencies are
//!   captured, stamped and loaded after the first row; a found entry is compared in a separate round trip.
//! - An instance: the memory tier with its captured generations, fills and the readers that joined them, the direct
//!   publish, the listener, the link with its repair. Its link, its listener or all of it may break at any step.
//!
//! # What is not
//!
//! Times: expiry, stale answers by grace, time limits; a lease is modelled by its end. The contents of entries, and
//! damage to them. More than two instances, writers or events. A notification that is lost while the connection holds:
//! it costs a second or two, until the listener looks by itself.
//! Termination: only what must never happen is checked.
//!
//! # Equal states
//!
//! A new token differs from every other, so tokens are named by what they are equal to: the one in Redis, the one of
//! the replica, or none that will ever be valid again. Local generations only grow, so one bit says whether a captured
//! one is the current one. A read is checked as soon as its answer is certain. The two readers are interchangeable.
//!
//! # Results
//!
//! Rules that the protocol needs; each is broken by one of the [`mutants`]:
//!
//! - While the tier is not armed, the local generations do not change, so they don't allow a read to join a fill.
//! - An instance takes its position in the log before it does anything else, and its first round is a replay like any
//!   other. The events that this round sees must not count as applied, even if everything in memory is dropped: a fill
//!   may find the old entry in Redis after the drop and before the invalidation, and put it into memory.
//! - A reader of the log moves the position over the connection over which it read it, or not at all.
//! - If a position is not of this database's history, memory is dropped after Redis is invalidated, not before.
//! - The log's tail alone does not reveal a loss: data that is loaded between two readings of the log is not in it. The
//!   history alone does not reveal older files of the same server. Both are compared.
//!
//! # Figures
//!
//! The ordinary run visits 6.9 million states in configurations of 16 thousand to 780 thousand each; the ignored tests
//! visit up to 10 million each (two writes, one reader, a broken link; three minutes in the release profile on two
//! cores). Broken rules are found within 8 to 17 steps. A test's name states what holds; `--no-capture` prints its
//! figures.
//!
//! | module | content |
//! |---|---|
//! | [`config`] | the configuration of a run, and the rules that can be broken |
//! | [`state`] | the state |
//! | [`model`] | the possible steps; writers and failures |
//! | [`fill`], [`late`] | readers; readers of an entry with a late tag |
//! | [`log`], [`redis`] | readers of the log; Redis's commands |
//! | [`position`] | positions, and a database that loses transactions |
//! | [`required`] | what a read must show, and the properties |
//! | [`search`] | how a configuration is searched |
//! | [`protocol`], [`mutants`] | the tests |

mod config;
mod fill;
mod late;
mod log;
mod model;
mod mutants;
mod position;
mod protocol;
mod redis;
mod required;
mod search;
mod state;
