//! The program: see [`property_listings::app::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    property_listings::app::cli::main()
}
