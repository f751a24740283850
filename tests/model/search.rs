//! Searches the states of a configuration.

use std::time::Instant;

use stateright::{Checker, HasDiscoveries, Model};

use crate::config::Config;
use crate::model::Protocol;
use crate::required::ALWAYS;

/// Visits every state of a configuration, and checks what must hold in each and what must happen in some.
pub(crate) fn holds(config: Config) {
    let started = Instant::now();
    let checker = Protocol(config).checker().threads(2).spawn_bfs().join();
    tell(&format!(
        "{} states, depth {}, {:.1} s: {config:?}",
        checker.unique_state_count(),
        checker.max_depth(),
        started.elapsed().as_secs_f32()
    ));
    checker.assert_properties();
}

/// Finds a run of a configuration that violates a property.
pub(crate) fn breaks(config: Config) {
    let checker = Protocol(config).checker();
    let checker = checker.finish_when(HasDiscoveries::AnyOf(ALWAYS.into()));
    let checker = checker.spawn_bfs().join();
    let runs = checker.discoveries();
    let run = ALWAYS.iter().find_map(|name| runs.get_key_value(name));
    let Some((name, run)) = run else {
        panic!("{} states, and nothing is wrong", checker.unique_state_count())
    };
    let steps = run.clone().into_actions();
    tell(&format!(
        "{:?}: {} states, \"{name}\" fails after {} steps: {steps:?}",
        config.mutant,
        checker.unique_state_count(),
        steps.len()
    ));
}

#[expect(clippy::print_stderr, reason = "the figures are for who runs it with --no-capture")]
fn tell(text: &str) {
    eprintln!("{text}");
}
