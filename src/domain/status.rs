//! The status of a listing: who sees it, and where.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::field_errors::{one_of, quoted};
use super::named::named;

named! {
    /// The status of a listing. Its names are those of the column, and of `StandardStatus` in the RESO Data Dictionary 2.0.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum Status, label {
        /// Not published yet: the public gets 404.
        Draft = "draft", "Draft";
        /// On the market.
        #[default]
        Active = "active", "Active";
        /// Under offer.
        Pending = "pending", "Under offer";
        /// Sold or let: its page remains, and only lists that ask for closed listings show it.
        Closed = "closed", "Sold or let";
        /// Withdrawn from the market: its page says so.
        Withdrawn = "withdrawn", "Withdrawn";
    }
}

impl Status {
    /// The usual next status of a sale, and the label of its button.
    pub fn next(self) -> (Self, &'static str) {
        match self {
            Self::Draft => (Self::Active, "Publish"),
            Self::Active => (Self::Pending, "Under offer"),
            Self::Pending => (Self::Closed, "Close"),
            Self::Closed | Self::Withdrawn => (Self::Active, "Relist"),
        }
    }

    /// Whether lists, feeds and the sitemap show listings of this status by default.
    pub fn is_listed(self) -> bool {
        matches!(self, Self::Active | Self::Pending)
    }

    /// Whether a public list can ask for listings of this status.
    pub fn is_public(self) -> bool {
        self.is_listed() || self == Self::Closed
    }

    /// Reads a status for which `may` returns true.
    ///
    /// # Errors
    /// A message with the allowed statuses.
    pub fn parse(text: &str, may: impl Fn(Self) -> bool) -> Result<Self, String> {
        let allowed = || Self::ALL.into_iter().filter(|status| may(*status));
        allowed().find(|status| status.name() == text).ok_or_else(|| {
            let names = one_of(allowed().map(Self::name));
            format!("“{}” is not a status. Use {names}.", quoted(text))
        })
    }
}

/// The status filter of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusFilter {
    /// The statuses that public lists show by default.
    #[default]
    Listed,
    /// One status.
    Only(Status),
    /// Every status: the default of the admin's list.
    Any,
}

impl StatusFilter {
    /// The single status, if the filter has one.
    pub fn only(self) -> Option<Status> {
        match self {
            Self::Only(status) => Some(status),
            Self::Listed | Self::Any => None,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_can_ask_for_what_the_public_may_see() {
        let public = |text| Status::parse(text, Status::is_public);
        assert_eq!(public("closed"), Ok(Status::Closed));
        for hidden in ["draft", "withdrawn", "Closed", ""] {
            let refused = public(hidden).expect_err("not public");
            assert!(refused.ends_with("Use active, pending or closed."), "{refused}");
        }
        for status in Status::ALL {
            assert_eq!(Status::named(status.name()), Some(status));
        }
    }
}
