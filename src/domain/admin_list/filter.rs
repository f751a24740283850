//! Which rows the admin's list has.

use chrono::NaiveDate;
use url::form_urlencoded::Serializer;

use super::super::{ListingFilter, PropertyId};

/// The filter of the public list, and what only staff ask.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdminFilter {
    /// What the public list can be asked too. A search for a number also finds the listing of that number.
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

    /// The number that is searched for, if that is all that is searched for.
    pub fn id(&self) -> Option<PropertyId> {
        let text = self.listing.search.as_ref()?.as_str();
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let id = text.parse().ok().filter(|_| digits).map(PropertyId)?;
        (id <= PropertyId::MAX).then_some(id)
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
