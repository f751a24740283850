//! The filter of the admin's list.

use chrono::NaiveDate;
use url::form_urlencoded::Serializer;

use super::super::{FieldErrors, ListingFilter, StatusFilter};

/// The filter of the public list, with the conditions that only staff can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminFilter {
    /// The filter of the public list.
    pub listing: ListingFilter,
    /// The first day (UTC) on which rows were added.
    pub added_from: Option<NaiveDate>,
    /// The last day (UTC) on which rows were added.
    pub added_to: Option<NaiveDate>,
}

impl Default for AdminFilter {
    fn default() -> Self {
        let listing = ListingFilter { status: StatusFilter::Any, ..ListingFilter::default() };
        Self { listing, added_from: None, added_to: None }
    }
}

impl AdminFilter {
    /// Whether every row is in the list.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether only rows that were added on certain days are in the list.
    pub fn is_dated(&self) -> bool {
        self.added_from.is_some() || self.added_to.is_some()
    }

    /// Does the same as [`ListingFilter::tidy`], and swaps bounds that are in the wrong order.
    pub(super) fn tidy(&mut self, errors: &mut FieldErrors) {
        self.listing.tidy(errors);
        self.listing.facts = self.listing.facts.straightened();
        if let (Some(from), Some(to)) = (self.added_from, self.added_to)
            && from > to
        {
            (self.added_from, self.added_to) = (Some(to), Some(from));
        }
    }

    pub(super) fn append(&self, text: &mut Serializer<'_, String>) {
        self.listing.append(text);
        for (name, day) in [("added_from", self.added_from), ("added_to", self.added_to)] {
            if let Some(day) = day {
                text.append_pair(name, &day.to_string());
            }
        }
    }
}
