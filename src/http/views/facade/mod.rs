//! A façade for a listing without a photo: drawn from its number and the words of its title, the same each time.
//!
//! The drawing is made of paths with classes; `static/site.css` paints them, by day and, in dark mode, by night.

mod buildings;
mod kind;
mod picture;
mod scenery;

use std::fmt;

use crate::domain::Property;
use kind::{Kind, Surroundings};
use picture::{Picture, Seed};

/// How wide and high a card's drawing is; a detail page's is three times as wide.
const SIZE: (i32, i32) = (320, 220);
/// Where the ground begins.
const GROUND: i32 = 190;
/// How many sets of colours `static/site.css` has for walls and for skies.
const PALETTES: (u32, u32) = (6, 4);

/// A drawing; its `Display` is SVG.
#[derive(Debug)]
pub(super) struct Facade {
    picture: Picture,
    walls: u32,
    sky: u32,
    left: i32,
    width: i32,
}

impl Facade {
    /// For a card.
    pub(super) fn of(property: &Property) -> Self {
        Self::draw(property, 0)
    }

    /// For a listing's own page: with what is beside the house.
    pub(super) fn wide(property: &Property) -> Self {
        Self::draw(property, SIZE.0)
    }

    /// For the page of a failure: a house that is out of reach, closed, or at sea.
    pub(super) fn of_failure(status: u16) -> Self {
        let house = match status {
            401 | 403 | 429 => "Fort on a hill",
            404 => "Cabin in the hills",
            500.. => "Boat",
            _ => "Cottage with a garden",
        };
        Self::of_title(house, status.into(), 0)
    }

    fn draw(property: &Property, beside: i32) -> Self {
        Self::of_title(property.title.as_str(), property.id.0, beside)
    }

    fn of_title(title: &str, number: i64, beside: i32) -> Self {
        let mut seed = Seed::new(number);
        let (walls, sky) = (seed.below(PALETTES.0), seed.below(PALETTES.1));
        let kind = Kind::of(title, &mut seed);
        let around = Surroundings::of(title, kind, &mut seed);
        let (left, width) = (-beside, SIZE.0 + 2 * beside);
        let mut picture = Picture::default();
        scenery::behind(&mut picture, around, left, width, &mut seed);
        buildings::draw(&mut picture, kind, &mut seed);
        scenery::before(&mut picture, kind, around, left, width, &mut seed);
        Self {
            picture,
            walls,
            sky,
            left,
            width,
        }
    }
}

impl fmt::Display for Facade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            walls,
            sky,
            left,
            width,
            picture,
        } = self;
        let height = SIZE.1;
        write!(
            f,
            "<svg class=\"facade walls-{walls} sky-{sky}\" viewBox=\"{left} 0 {width} {height}\" \
             preserveAspectRatio=\"xMidYMax slice\" aria-hidden=\"true\">{picture}</svg>"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Description, Facts, Location, Price, PropertyId, Title};

    fn facade(id: i64, title: &str) -> String {
        let property = Property {
            id: PropertyId(id),
            title: Title::parse(title).expect("valid"),
            description: Description::parse("D").expect("valid"),
            price: Price::ZERO,
            location: Location::parse("Leith").expect("valid"),
            facts: Facts::default(),
            created_at: chrono::DateTime::UNIX_EPOCH,
            updated_at: chrono::DateTime::UNIX_EPOCH,
        };
        Facade::of(&property).to_string()
    }

    #[test]
    fn the_same_listing_always_gets_the_same_house() {
        assert_eq!(facade(7, "Seaside cottage"), facade(7, "Seaside cottage"));
        assert_ne!(facade(7, "Seaside cottage"), facade(8, "Seaside cottage"));
        assert_ne!(facade(7, "Seaside cottage"), facade(7, "Castle"));
    }

    #[test]
    fn a_drawing_holds_nothing_of_the_title() {
        let svg = facade(1, "<script>alert(1)</script> \" onload=x castle");
        assert!(!svg.contains("script") && !svg.contains("onload"), "{svg}");
    }

    #[test]
    fn a_drawing_is_small() {
        let sizes = (1..200).map(|id| facade(id, "Penthouse flat by the sea").len());
        let largest = sizes.max().unwrap_or(0);
        assert!(largest < 2500, "{largest} bytes");
    }

    #[test]
    fn every_kind_of_house_is_drawn_with_numbers_that_a_path_can_have() {
        for title in [
            "Flat",
            "Penthouse",
            "House",
            "Cottage",
            "Villa",
            "Mews",
            "Room",
            "Castle tower",
            "Cabin",
            "Boat",
        ] {
            for id in 0..300 {
                let svg = facade(id, title);
                assert!(
                    !svg.contains("--") && !svg.contains("- "),
                    "{title} {id}: {svg}"
                );
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_number_and_title_can_be_drawn(id in proptest::num::i64::ANY, title in "[a-z ]{1,40}") {
            proptest::prop_assume!(!title.trim().is_empty());
            let svg = facade(id, &title);
            proptest::prop_assert!(svg.starts_with("<svg") && svg.ends_with("</svg>"));
        }
    }
}
