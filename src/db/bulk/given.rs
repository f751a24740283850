//! The facts that a file has.

use crate::domain::{FACT_COUNT, FACTS, Fact, REQUIRED};

/// The facts that rows of a file have. Listings keep the others as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFacts([bool; FACT_COUNT]);

impl GivenFacts {
    /// Adds the facts that a row has, in the order of the declaration.
    pub fn note(&mut self, has: [bool; FACT_COUNT]) {
        for (given, has) in self.0.iter_mut().zip(has) {
            *given |= has;
        }
    }

    /// Whether rows have a fact.
    pub(super) fn has(&self, name: &str) -> bool {
        self.iter().any(|fact| fact.name == name)
    }

    /// Adds a fact.
    pub(super) fn add(&mut self, name: &str) {
        for (fact, given) in FACTS.iter().zip(&mut self.0) {
            *given |= fact.name == name;
        }
    }

    /// The facts, in the order of the declaration.
    pub(in crate::db) fn iter(&self) -> impl Iterator<Item = &'static Fact> + Clone {
        let facts = FACTS.iter().zip(&self.0);
        facts.filter(|(_, given)| **given).map(|(fact, _)| fact)
    }
}

/// The facts that every listing has.
impl Default for GivenFacts {
    fn default() -> Self {
        Self(std::array::from_fn(|at| at < REQUIRED))
    }
}

/// The bit of a fact in the column `cleared`.
pub(super) fn bit(fact: &Fact) -> i64 {
    let place = FACTS.iter().position(|other| other == fact).unwrap_or(0);
    1 << place
}
