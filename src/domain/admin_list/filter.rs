//! The filter of the admin's list.

use chrono::NaiveDate;
use url::form_urlencoded::Serializer;

use super::super::ListingFilter;

/// The filter of the public list, and what only staff ask.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdminFilter {
    /// The filter that the public list has too.
    pub listing: ListingFilter,
    /// The first day (UTC) on which rows were added.
    pub added_from: Option<NaiveDate>,
    /// The last day (UTC) on which rows were added.
    pub added_to: Option<NaiveDate>,
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

    /// Bounds that were asked for the wrong way round, the right way round.
    pub(super) fn tidy(&mut self) {
        (self.listing.min_price, self.listing.max_price) = self.listing.price_range();
        if let (Some(from), Some(to)) = (self.added_from, self.added_to)
            && from > to
        {
            (self.added_from, self.added_to) = (Some(to), Some(from));
        }
    }

    pub(super) fn append(&self, text: &mut Serializer<'_, String>) {
        if let Some(search) = &self.listing.search {
            text.append_pair("q", search.as_str());
        }
        for location in &self.listing.locations {
            text.append_pair("location", location.as_str());
        }
        let (min, max) = (self.listing.min_price, self.listing.max_price);
        for (name, price) in [("min_price", min), ("max_price", max)] {
            if let Some(price) = price {
                text.append_pair(name, &price.to_string());
            }
        }
        for (name, day) in [("added_from", self.added_from), ("added_to", self.added_to)] {
            if let Some(day) = day {
                text.append_pair(name, &day.to_string());
            }
        }
    }
}
