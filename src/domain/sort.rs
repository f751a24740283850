//! The orders that a list can have.

use super::field_errors::quoted;

/// The order of a list; ties are broken by id in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Latest `created_at` first.
    #[default]
    Newest,
    /// Earliest `created_at` first.
    Oldest,
    /// Lowest price first.
    Price,
    /// Highest price first.
    PriceDescending,
}

impl Sort {
    /// Every order, the default first.
    pub const ALL: [Self; 4] = [Self::Newest, Self::Oldest, Self::Price, Self::PriceDescending];

    /// Its name in URLs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Price => "price",
            Self::PriceDescending => "-price",
        }
    }

    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Newest => "Newest first",
            Self::Oldest => "Oldest first",
            Self::Price => "Price: low to high",
            Self::PriceDescending => "Price: high to low",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|sort| sort.name() == text).ok_or_else(|| {
            format!("“{}” is not a sort order. Use newest, oldest, price or -price.", quoted(text))
        })
    }
}
