//! The parts of the sitemap: fixed ranges of listings' numbers.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Photo, PropertyId};

/// A part of the sitemap: a range of 5,000 numbers, whether or not listings have them.
///
/// The range is fixed so that a listing never moves to another part: a write changes one part. The protocol allows
/// 50,000 addresses per part; with 5,000, a part stays below the 1 MiB that the page cache stores, if the site's origin
/// has at most 110 characters, or 20 if all listings have photos. With a longer origin, full parts are correct but
/// computed each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SitemapPart(i64);

impl SitemapPart {
    /// How many numbers a part has. The index `property_sitemap` and its query use the same divisor.
    pub const IDS: i64 = 5_000;
    /// The maximum number of listed parts; the newest are listed. The protocol allows 50,000 in an index, and one is
    /// the part for the pages that are not listings.
    pub const MAX_LISTED: i64 = 49_999;

    /// The part of a listing.
    pub fn of(id: PropertyId) -> Self {
        Self(id.0.saturating_sub(1).div_euclid(Self::IDS) + 1)
    }

    /// A part with a number from the database.
    pub fn from_database(number: i64) -> Self {
        Self(number)
    }

    /// Reads a number in the form of a URL; `None` for any other form, and for a part that no listing can be in.
    pub fn parse(text: &str) -> Option<Self> {
        let part = Self(text.parse().ok()?);
        let last = Self::of(PropertyId::MAX);
        ((1..=last.0).contains(&part.0) && part.to_string() == text).then_some(part)
    }

    /// The first and the last id of the part.
    pub fn ids(self) -> (PropertyId, PropertyId) {
        let before = self.0.saturating_sub(1).saturating_mul(Self::IDS);
        let last = before.saturating_add(Self::IDS);
        (PropertyId(before.saturating_add(1)), PropertyId(last))
    }
}

impl fmt::Display for SitemapPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A part that has listings, with the latest change among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedPart {
    /// The number of the part.
    pub part: SitemapPart,
    /// When one of its listings last changed, or was deleted.
    pub updated_at: DateTime<Utc>,
}

/// A listing in a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedProperty {
    /// The id of the listing.
    pub id: PropertyId,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Its main photo.
    pub photo: Option<Photo>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_within_the_part_that_it_is_in() {
        for id in [1, 2, 4_999, 5_000, 5_001, 10_000, PropertyId::MAX.0] {
            let (first, last) = SitemapPart::of(PropertyId(id)).ids();
            assert!((first.0..=last.0).contains(&id), "{id}: {first} to {last}");
        }
        assert_eq!(SitemapPart::of(PropertyId(5_000)).to_string(), "1");
        assert_eq!(SitemapPart::of(PropertyId(5_001)).to_string(), "2");
    }

    #[test]
    fn a_part_has_one_spelling_and_only_parts_that_a_listing_can_be_in_are_parts() {
        let last = SitemapPart::of(PropertyId::MAX).to_string();
        for text in ["1", "50000", last.as_str()] {
            let part = SitemapPart::parse(text);
            assert_eq!(part.map(|part| part.to_string()).as_deref(), Some(text));
        }
        let beyond = (SitemapPart::of(PropertyId::MAX).0 + 1).to_string();
        let wrong = ["", "0", "-1", "+1", "01", "1.0", "x", "9223372036854775808"];
        for text in wrong.into_iter().chain([beyond.as_str()]) {
            assert_eq!(SitemapPart::parse(text), None, "{text}");
        }
    }
}
