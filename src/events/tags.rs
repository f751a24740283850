//! The tags that an event invalidates: a total function.

use crate::cache::{Tag, TagSet};
use crate::domain::{
    Change, Entity, FoldedLocation, Location, Price, PriceBand, PropertyId, RowState, SitemapPart,
    Status,
};

/// The tags of listings.
pub mod kinds {
    use super::{FoldedLocation, Location, Price, PriceBand, PropertyId, SitemapPart, Tag};

    /// All public listings that are not closed: carried by lists that any such listing could enter.
    pub fn properties() -> Tag {
        Tag::all("properties")
    }

    /// All closed listings: carried by lists that include them.
    pub fn closed() -> Tag {
        Tag::all("closed")
    }

    /// All numbers without a public listing: carried by the answers “not found”.
    pub fn absent() -> Tag {
        Tag::all("absent")
    }

    /// The number of listings by place, and the spelling of places: carried by the count and the places of the whole
    /// list, which most edits don't change.
    pub fn tally() -> Tag {
        Tag::all("tally")
    }

    /// One listing: carried by its own page.
    pub fn property(id: PropertyId) -> Tag {
        Tag::one("property", &id.to_string())
    }

    /// The listings of a location: carried by lists that only they can enter.
    pub fn location(location: &FoldedLocation) -> Tag {
        Tag::one("location", location.as_str())
    }

    /// The listings of a location in a price band: carried by pages that show similar listings.
    pub fn band(location: &FoldedLocation, price: Price) -> Tag {
        let floor = PriceBand::of(price).floor().normalize();
        Tag::one("band", &format!("{floor}:{}", location.as_str()))
    }

    /// The listings of a part of the sitemap: carried by that part.
    pub fn sitemap(part: SitemapPart) -> Tag {
        Tag::one("sitemap", &part.to_string())
    }

    /// The tag of a name that an operator typed, such as `location:Leith`; `None` if the site has no such tag.
    pub fn named(text: &str) -> Option<Tag> {
        let text = text.trim();
        match text.split_once(':') {
            None if text == Tag::site().as_str() => Some(Tag::site()),
            None => {
                let all = [properties(), tally(), closed(), absent()];
                all.into_iter().find(|tag| tag.as_str() == text)
            }
            Some(("property", id)) => id.trim().parse().ok().map(|id| property(PropertyId(id))),
            Some(("location", name)) => {
                let name = Location::parse(name).ok()?;
                Some(location(&FoldedLocation::of(&name)))
            }
            Some(("band", band)) if band.contains(':') => Some(Tag::one("band", band)),
            Some(("sitemap", part)) => SitemapPart::parse(part.trim()).map(sitemap),
            _ => None,
        }
    }
}

/// The tags of the rows that a change affects, both as they were and as they are.
pub fn tags_of(change: &Change) -> TagSet {
    match change {
        Change::PostSave { created: _, row } | Change::PostDelete { row } => match row {
            Entity::Listing { id, before, after } => {
                let (before, after) = (before.as_ref(), after.as_ref());
                let mut tags = tags_of_listing(*id, before, after);
                if !are_tallied_alike(before, after) {
                    tags.insert(kinds::tally());
                }
                tags
            }
        },
        Change::Bulk { rows: _ } | Change::Cleared => TagSet::from([Tag::site()]),
        Change::ClearedTags { tags } => {
            let named: Option<TagSet> = tags.iter().map(|tag| Tag::named(tag)).collect();
            // A name that can't be read may mean anything.
            named.unwrap_or_else(|| TagSet::from([Tag::site()]))
        }
    }
}

/// Whether a change leaves the numbers of listings and the spelling of places unchanged: it affects only the title, the
/// price or what the log does not record, or a listing that no list shows.
fn are_tallied_alike(before: Option<&RowState>, after: Option<&RowState>) -> bool {
    let place = |row: Option<&RowState>| {
        let listed = row.filter(|row| row.status.is_listed());
        listed.map(|row| (row.location_folded.clone(), row.location.clone()))
    };
    before.or(after).is_some() && place(before) == place(after)
}

fn tags_of_listing(id: PropertyId, before: Option<&RowState>, after: Option<&RowState>) -> TagSet {
    let mut tags = TagSet::from([kinds::property(id)]);
    let has_page = |row: Option<&RowState>| row.is_some_and(|row| row.status != Status::Draft);
    if has_page(before) != has_page(after) {
        tags.insert(kinds::absent());
    }
    for row in before.into_iter().chain(after) {
        match row.status {
            Status::Active | Status::Pending => tags.extend([
                kinds::properties(),
                kinds::sitemap(SitemapPart::of(id)),
                kinds::location(&row.location_folded),
                kinds::band(&row.location_folded, row.price),
            ]),
            Status::Closed => tags.extend([kinds::closed()]),
            Status::Draft | Status::Withdrawn => {}
        }
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
            location: None,
            status: Status::Active,
        }
    }

    fn touches_tally(before: Option<RowState>, after: Option<RowState>) -> bool {
        let row = Entity::Listing { id: PropertyId(7), before, after };
        tags_of(&Change::PostSave { created: false, row }).contains(&kinds::tally())
    }

    #[test]
    fn only_an_edit_that_leaves_place_and_spelling_alone_leaves_the_tally() {
        let leith = || Some(row("leith"));
        let typed = |text: &str| Some(RowState { location: Some(text.into()), ..row("leith") });
        let renamed = RowState { title: Title::parse("A house").expect("valid"), ..row("leith") };
        let dearer = RowState { price: Price::parse("7").expect("valid"), ..renamed };
        let of = |status| Some(RowState { status, ..row("leith") });
        assert!(!touches_tally(leith(), Some(dearer)));
        assert!(!touches_tally(leith(), of(Status::Pending)));
        assert!(!touches_tally(None, of(Status::Draft)));
        for (before, after) in [
            (None, leith()),
            (leith(), None),
            (leith(), Some(row("joppa"))),
            (typed("Leith"), typed("LEITH")),
            (leith(), of(Status::Closed)),
            (of(Status::Draft), leith()),
            // If a version is unknown, nothing can be excluded.
            (None, None),
        ] {
            assert!(touches_tally(before.clone(), after.clone()), "{before:?} {after:?}");
        }
    }

    #[test]
    fn a_move_touches_the_location_left_and_the_one_entered() {
        let change = Change::PostSave {
            created: false,
            row: Entity::Listing {
                id: PropertyId(7),
                before: Some(row("leith")),
                after: Some(row("joppa")),
            },
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
                "sitemap:1",
                "tally"
            ]
        );
    }

    #[test]
    fn a_listing_touches_only_the_lists_that_can_show_it() {
        use Status::{Active, Closed, Draft, Pending, Withdrawn};
        let of = |status| RowState { status, ..row("leith") };
        let listed = "band:0:leith location:leith properties property:7 sitemap:1";
        for (before, after, want) in [
            (None, Some(Draft), "property:7".to_owned()),
            (Some(Draft), Some(Draft), "property:7".to_owned()),
            (Some(Draft), Some(Active), format!("absent {listed}")),
            (Some(Draft), Some(Withdrawn), "absent property:7".to_owned()),
            (Some(Active), Some(Pending), listed.to_owned()),
            (Some(Active), Some(Closed), listed.replace("location", "closed location")),
            (Some(Closed), Some(Closed), "closed property:7".to_owned()),
            (Some(Closed), Some(Withdrawn), "closed property:7".to_owned()),
            (Some(Withdrawn), Some(Withdrawn), "property:7".to_owned()),
            (Some(Closed), None, "absent closed property:7".to_owned()),
        ] {
            let tags =
                tags_of_listing(PropertyId(7), before.map(of).as_ref(), after.map(of).as_ref());
            let names: Vec<String> = tags.iter().map(Tag::to_string).collect();
            assert_eq!(names.join(" "), want, "{before:?} {after:?}");
        }
    }

    #[test]
    fn a_listing_touches_the_part_of_the_site_map_that_its_number_is_in() {
        for (id, part) in [(1, "sitemap:1"), (5_000, "sitemap:1"), (5_001, "sitemap:2")] {
            let change = Change::PostDelete {
                row: Entity::Listing {
                    id: PropertyId(id),
                    before: Some(row("leith")),
                    after: None,
                },
            };
            let mut tags = tags_of(&change).into_iter();
            assert!(tags.any(|tag| tag.as_str() == part), "{id}");
        }
    }

    #[test]
    fn a_clear_of_tags_touches_these_and_one_that_cannot_be_read_touches_everything() {
        let clear = |tags: &[&str]| {
            let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
            tags_of(&Change::ClearedTags { tags })
        };
        let leith = FoldedLocation::from_database("leith".to_owned());
        assert_eq!(clear(&["location:leith"]), TagSet::from([kinds::location(&leith)]));
        assert_eq!(clear(&["properties", ""]), TagSet::from([Tag::site()]));
    }

    #[test]
    fn a_tag_is_known_by_its_name_and_a_place_however_it_is_written() {
        for (text, tag) in [
            (" properties ", "properties"),
            ("site", "site"),
            ("tally", "tally"),
            ("property:7", "property:7"),
            ("location: LEITH", "location:leith"),
            ("sitemap:2", "sitemap:2"),
        ] {
            assert_eq!(kinds::named(text).expect(text).as_str(), tag);
        }
        for text in
            ["", "x", "property:", "property:x", "location:", "session:1", "sitemap:x", "band:7"]
        {
            assert_eq!(kinds::named(text), None, "{text}");
        }
    }

    #[test]
    fn a_bulk_change_touches_everything() {
        assert_eq!(tags_of(&Change::Bulk { rows: 5000 }), TagSet::from([Tag::site()]));
    }
}
