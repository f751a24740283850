//! What is declared of a fact (see `facts`).

use super::FactKind;

/// A fact that listings may have.
#[derive(Debug)]
pub struct Fact {
    /// The column in the database, the key in JSON, the field of the form and the column in files.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What its values may be.
    pub kind: FactKind,
    /// Its name in the RESO Data Dictionary 2.0.
    pub reso: Option<&'static str>,
    /// The help text below its field of the form.
    pub help: &'static str,
    /// Its value where none is given. A fact that has one is never absent.
    pub default: Option<&'static str>,
    /// How lists can be filtered by it.
    pub filter: Option<FilterKind>,
    /// The names of the orders by it in URLs, the least values first and the greatest values first. Listings without it
    /// are the last in both.
    pub sort: Option<[&'static str; 2]>,
}

/// A fact without a default, a filter and an order.
pub(super) const fn fact(
    name: &'static str,
    label: &'static str,
    kind: FactKind,
    reso: Option<&'static str>,
    help: &'static str,
) -> Fact {
    Fact { name, label, kind, reso, help, default: None, filter: None, sort: None }
}

/// Facts are equal by their names, of which each is declared once.
impl PartialEq for Fact {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Fact {}

/// How lists can be filtered by a fact.
#[derive(Debug, Clone, Copy)]
pub enum FilterKind {
    /// By bounds: the names of the parameters for the least and for the greatest value.
    Range([&'static str; 2]),
}
