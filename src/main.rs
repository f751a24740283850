//! The program: see [`property_listings::app::cli`].

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// Pages of all sizes are allocated and freed on every thread: the system's allocator would keep more than twice their
/// memory.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    property_listings::app::cli::main()
}
