//! Chooses the drawing of a listing without a photo, by the listing's number, its type of property and the words of its
//! title.
//!
//! `static/houses.svg` contains the symbols of the drawings, and `static/site.css` their colours. The same listing and
//! title always get the same drawing.

mod kind;
mod seed;

use std::fmt;
use std::sync::LazyLock;

use crate::domain::Property;
use crate::http::assets;
use kind::{Kind, Suggested, Surroundings};
use seed::Seed;

static SPRITE: LazyLock<String> = LazyLock::new(|| assets::url("houses.svg"));

/// The number of symbols for each scene, building and ground.
const SYMBOLS: [u8; 3] = [4, 4, 3];
/// The number of colour sets for walls and skies, and of patterns of lit windows.
const COLOURS: [u8; 3] = [6, 4, 6];

/// A drawing; its `Display` is SVG.
#[derive(Debug)]
pub(super) struct Facade {
    /// The indexes of the colours for walls and sky, and of the lit windows.
    colours: [u8; 3],
    /// Whether the drawing is mirrored.
    flip: bool,
    /// Scene, building and ground: the names and numbers of their symbols. Land has no building yet.
    parts: [Option<(&'static str, u8)>; 3],
}

impl Facade {
    /// The drawing of a listing.
    pub(super) fn of(property: &Property) -> Self {
        Self::of_type(property.title.as_str(), property.facts.text("property_type"), property.id.0)
    }

    /// The drawing of an error page: a house that can't be reached, is closed, or is at sea.
    pub(super) fn of_failure(status: u16) -> Self {
        let house = match status {
            401 | 403 | 429 => "Fort on a hill",
            404 => "Cabin in the hills",
            500.. => "Boat",
            _ => "Cottage with a garden",
        };
        Self::of_title(house, status.into())
    }

    fn of_title(title: &str, number: i64) -> Self {
        Self::of_type(title, None, number)
    }

    fn of_type(title: &str, property_type: Option<&str>, number: i64) -> Self {
        let mut seed = Seed::new(number);
        let suggested = Suggested::by(title);
        let kind = Kind::of(&suggested, property_type, &mut seed);
        let around = Surroundings::of(&suggested, kind, &mut seed);
        let [scene, building, ground] = SYMBOLS.map(|symbols| seed.below(symbols) + 1);
        Self {
            colours: COLOURS.map(|sets| seed.below(sets)),
            flip: seed.below(2) == 1,
            parts: [
                Some((around.scene(), scene)),
                (property_type != Some("land")).then(|| (kind.symbol(), building)),
                Some((around.ground(kind), ground)),
            ],
        }
    }
}

impl fmt::Display for Facade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [walls, sky, lit] = self.colours;
        let flip = if self.flip { " flip" } else { "" };
        write!(
            f,
            "<svg class=\"facade walls-{walls} sky-{sky} lit-{lit}{flip}\" aria-hidden=\"true\">"
        )?;
        let sprite = SPRITE.as_str();
        for (symbol, number) in self.parts.into_iter().flatten() {
            write!(f, "<use href=\"{sprite}#{symbol}-{number}\"/>")?;
        }
        f.write_str("</svg>")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const SYMBOLS_FILE: &str = include_str!("../../../../static/houses.svg");
    const STYLES: &str = include_str!("../../../../static/site.css");
    const TITLES: [&str; 15] = [
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
        "Flat by the sea",
        "Room in the park",
        "House by the sea",
        "Terrace in a garden",
        "Penthouse apartment by the castle",
    ];

    fn facade(id: i64, title: &str) -> String {
        Facade::of_title(title, id).to_string()
    }

    /// The texts between two others.
    fn between<'a>(text: &'a str, from: &'a str, to: char) -> impl Iterator<Item = &'a str> {
        let parts = text.split(from).skip(1);
        parts.filter_map(move |part| part.split(to).next())
    }

    #[test]
    fn the_same_listing_always_gets_the_same_drawing() {
        assert_eq!(facade(7, "Seaside cottage"), facade(7, "Seaside COTTAGE"));
        assert_ne!(facade(7, "Seaside cottage"), facade(8, "Seaside cottage"));
        assert_ne!(facade(7, "Seaside cottage"), facade(7, "Castle"));
    }

    #[test]
    fn listings_with_the_same_title_get_many_different_drawings() {
        let drawings: BTreeSet<String> = (1..=200).map(|id| facade(id, "Flat")).collect();
        assert!(drawings.len() > 190, "{} drawings", drawings.len());
    }

    #[test]
    fn a_plot_of_land_has_no_building() {
        let land = Facade::of_type("Plot for a house", Some("land"), 7).to_string();
        assert_eq!(land.matches("<use").count(), 2, "{land}");
        assert!(!land.contains("#house"), "{land}");
    }

    #[test]
    fn a_drawing_holds_nothing_of_the_title() {
        let svg = facade(1, "<script>alert(1)</script> \" onload=x castle");
        assert!(!svg.contains("script") && !svg.contains("onload"), "{svg}");
    }

    #[test]
    fn a_drawing_takes_at_most_250_bytes_of_a_card() {
        let sizes = TITLES.map(|title| (0..300).map(move |id| facade(id, title).len()).max());
        assert!(sizes.iter().all(|size| *size <= Some(250)), "{sizes:?}");
    }

    #[test]
    fn every_symbol_is_in_the_file_and_every_symbol_of_the_file_is_drawn() {
        let drawings = TITLES.map(|title| (0..300).map(move |id| facade(id, title)));
        let drawings: String = drawings.into_iter().flatten().collect();
        let drawn: BTreeSet<&str> = between(&drawings, ".svg#", '"').collect();
        let symbols: BTreeSet<&str> = between(SYMBOLS_FILE, "<symbol id=\"", '"').collect();
        assert_eq!(drawn, symbols);
        for class in between(&drawings, "class=\"facade ", '"').flat_map(str::split_whitespace) {
            // The first colour set applies to every drawing by default.
            let is_default = class == "walls-0" || class == "sky-0";
            assert!(is_default || STYLES.contains(&format!(".{class}")), "{class}");
        }
    }

    #[test]
    fn every_colour_of_the_symbols_is_declared() {
        let colours: BTreeSet<&str> = between(SYMBOLS_FILE, "var(", ')').collect();
        for colour in colours {
            assert!(STYLES.contains(&format!(" {colour}: ")), "{colour}");
        }
        let fills = SYMBOLS_FILE.matches("fill=\"var(--").count();
        assert_eq!(SYMBOLS_FILE.matches("fill=").count(), fills);
    }

    proptest::proptest! {
        #[test]
        fn any_number_and_title_can_be_drawn(id in proptest::num::i64::ANY, title in "\\PC{1,40}") {
            let svg = facade(id, &title);
            proptest::prop_assert!(svg.starts_with("<svg") && svg.ends_with("</svg>"));
        }
    }
}
