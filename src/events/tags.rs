//! Which cached values an event makes void: a total function.

use crate::cache::{Tag, TagSet};
use crate::domain::{Change, FoldedLocation, Price, PriceBand, PropertyId, RowState, SitemapPart};

/// The tags that listings have.
pub mod kinds {
    use super::{FoldedLocation, Price, PriceBand, PropertyId, SitemapPart, Tag};

    /// All listings: carried by lists that any listing could enter.
    pub fn properties() -> Tag {
        Tag::all("properties")
    }

    /// One listing: carried by its own page.
    pub fn property(id: PropertyId) -> Tag {
        Tag::one("property", &id.to_string())
    }

    /// The listings of a location: carried by lists that only they can enter.
    pub fn location(location: &FoldedLocation) -> Tag {
        Tag::one("location", location.as_str())
    }

    /// The listings of a location in the band of a price: carried by pages that show what is similar.
    pub fn band(location: &FoldedLocation, price: Price) -> Tag {
        let floor = PriceBand::of(price).floor().normalize();
        Tag::one("band", &format!("{floor}:{}", location.as_str()))
    }

    /// The listings of a part of the site map: carried by that part.
    pub fn sitemap(part: SitemapPart) -> Tag {
        Tag::one("sitemap", &part.to_string())
    }
}

/// The tags whose rows a change touched: where the row was, and where it is.
pub fn tags_of(change: &Change) -> TagSet {
    match change {
        Change::PostSave {
            id,
            created: _,
            before,
            after,
        } => {
            let states = before.iter().chain([after]);
            tags_of_row(*id, states)
        }
        Change::PostDelete { id, before } => tags_of_row(*id, [before]),
        Change::Bulk { rows: _ } | Change::Cleared => TagSet::from([Tag::site()]),
    }
}

fn tags_of_row<'a>(id: PropertyId, states: impl IntoIterator<Item = &'a RowState>) -> TagSet {
    let mut tags = TagSet::from([
        kinds::properties(),
        kinds::property(id),
        kinds::sitemap(SitemapPart::of(id)),
    ]);
    for RowState {
        title: _,
        price,
        location_folded,
    } in states
    {
        tags.insert(kinds::location(location_folded));
        tags.insert(kinds::band(location_folded, *price));
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{RowState, Title};

    fn row(location: &str) -> RowState {
        RowState {
            title: Title::parse("A flat").expect("valid"),
            price: Price::ZERO,
            location_folded: FoldedLocation::from_database(location.to_owned()),
        }
    }

    #[test]
    fn a_move_touches_the_location_left_and_the_one_entered() {
        let change = Change::PostSave {
            id: PropertyId(7),
            created: false,
            before: Some(row("leith")),
            after: row("joppa"),
        };
        let names: Vec<String> = tags_of(&change).iter().map(Tag::to_string).collect();
        assert_eq!(
            names,
            [
                "band:0:joppa",
                "band:0:leith",
                "location:joppa",
                "location:leith",
                "properties",
                "property:7",
                "sitemap:1"
            ]
        );
    }

    #[test]
    fn a_listing_touches_the_part_of_the_site_map_that_its_number_is_in() {
        for (id, part) in [(1, "sitemap:1"), (5_000, "sitemap:1"), (5_001, "sitemap:2")] {
            let change = Change::PostDelete {
                id: PropertyId(id),
                before: row("leith"),
            };
            let mut tags = tags_of(&change).into_iter();
            assert!(tags.any(|tag| tag.as_str() == part), "{id}");
        }
    }

    #[test]
    fn a_bulk_change_touches_everything() {
        assert_eq!(
            tags_of(&Change::Bulk { rows: 5000 }),
            TagSet::from([Tag::site()])
        );
    }
}
