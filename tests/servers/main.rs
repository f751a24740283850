//! The private PostgreSQL and Redis: started, shared, restarted, and ended with the program however it ends.
//!
//! This test binary acts as the program: it runs one of its tests, `a_program_that_holds_servers`, as a child.

mod ending;
mod recovery;
mod secret_keys;
mod sharing;
mod starting;
mod stopping;
mod support;
#[path = "../it/harness/temporary.rs"]
mod temporary;
