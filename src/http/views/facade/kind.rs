//! The building and the surroundings that the words of a title suggest.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::RandomState;

use super::seed::Seed;

/// A kind of building. Where a title suggests several, the first of them is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Boat,
    Castle,
    /// A steep roof among trees.
    Cabin,
    /// A low house under a large roof.
    Cottage,
    /// A wide and symmetrical house.
    Villa,
    /// A new block with large windows and a terrace on top.
    Block,
    /// Narrow houses side by side.
    Terrace,
    /// The window of a room.
    Room,
    /// Flats above each other, in a street.
    Tenement,
    House,
}

impl Kind {
    /// The name of its symbols.
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Boat => "boat",
            Self::Castle => "castle",
            Self::Cabin => "cabin",
            Self::Cottage => "cottage",
            Self::Villa => "villa",
            Self::Block => "block",
            Self::Terrace => "terrace",
            Self::Room => "room",
            Self::Tenement => "tenement",
            Self::House => "house",
        }
    }

    /// The kind that a title suggests; a guess if it suggests none. Where the type of the property is known, the kind is
    /// one of that type.
    pub(super) fn of(suggested: &Suggested, property_type: Option<&str>, seed: &mut Seed) -> Self {
        let guess = seed.pick([Self::Tenement, Self::House, Self::Terrace]);
        let kinds = property_type.map_or(&[][..], Self::of_type);
        let fits = |kind: &Self| kinds.is_empty() || kinds.contains(kind);
        suggested.kind.filter(fits).or(kinds.first().copied()).unwrap_or(guess)
    }

    /// The kinds of a type of property, the usual one first; none for a type that says nothing of a building.
    fn of_type(property_type: &str) -> &'static [Self] {
        match property_type {
            "house" => &[
                Self::House,
                Self::Villa,
                Self::Cottage,
                Self::Cabin,
                Self::Castle,
                Self::Terrace,
                Self::Boat,
            ],
            "apartment" => &[Self::Tenement, Self::Block],
            "studio" => &[Self::Block, Self::Tenement, Self::Room],
            "townhouse" => &[Self::Terrace],
            "bungalow" => &[Self::Cottage, Self::Cabin],
            "room" => &[Self::Room],
            "commercial" => &[Self::Block],
            _ => &[],
        }
    }
}

/// What is around the building. Where a title suggests several, the first of them is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Surroundings {
    Water,
    Garden,
    Hills,
    Street,
}

impl Surroundings {
    /// The name of the symbols behind the building.
    pub(super) fn scene(self) -> &'static str {
        match self {
            Self::Water => "water",
            Self::Garden => "trees",
            Self::Hills => "hills",
            Self::Street => "street",
        }
    }

    /// The name of the symbols in front of the building.
    pub(super) fn ground(self, kind: Kind) -> &'static str {
        match (kind, self) {
            (Kind::Boat, _) => "waves",
            (Kind::Cottage | Kind::Villa, _) => "hedge",
            (Kind::House | Kind::Castle | Kind::Cabin, _) => "garden",
            (_, Self::Street) => "pavement",
            _ => "lawn",
        }
    }

    /// The surroundings that a title suggests; a guess by the kind of building if it suggests none.
    pub(super) fn of(suggested: &Suggested, kind: Kind, seed: &mut Seed) -> Self {
        let guess = match kind {
            Kind::Boat => return Self::Water,
            Kind::Tenement | Kind::Block | Kind::Terrace | Kind::Room => {
                seed.pick([Self::Street, Self::Street, Self::Hills])
            }
            _ => seed.pick([Self::Garden, Self::Hills]),
        };
        suggested.around.unwrap_or(guess)
    }
}

/// What a title suggests.
#[derive(Debug, Default)]
pub(super) struct Suggested {
    kind: Option<Kind>,
    around: Option<Surroundings>,
}

impl Suggested {
    /// What the words of a title suggest.
    pub(super) fn by(title: &str) -> Self {
        let mut suggested = Self::default();
        let title = title.to_lowercase();
        for word in title.split(|c: char| !c.is_alphanumeric()) {
            match WORDS.get(word) {
                Some(Hint::Kind(kind)) => {
                    suggested.kind = Some(suggested.kind.unwrap_or(*kind).min(*kind));
                }
                Some(Hint::Around(around)) => {
                    suggested.around = Some(suggested.around.unwrap_or(*around).min(*around));
                }
                None => {}
            }
        }
        suggested
    }
}

/// What one word suggests.
#[derive(Debug, Clone, Copy)]
enum Hint {
    Kind(Kind),
    Around(Surroundings),
}

static WORDS: LazyLock<HashMap<&str, Hint, RandomState>> = LazyLock::new(|| {
    let words = HINTS.iter();
    words.flat_map(|(hint, words)| words.split_whitespace().map(|word| (word, *hint))).collect()
});

const HINTS: [(Hint, &str); 13] = [
    (Hint::Kind(Kind::Boat), "boat houseboat yacht barge ship narrowboat"),
    (Hint::Kind(Kind::Castle), "tower fort keep palace chateau"),
    (Hint::Kind(Kind::Cabin), "cabin lodge chalet barn bothy pod hut yurt farm farmhouse"),
    (Hint::Kind(Kind::Cottage), "cottage bungalow croft gatehouse"),
    (Hint::Kind(Kind::Villa), "villa mansion manor estate hall"),
    (Hint::Kind(Kind::Block), "penthouse loft modern contemporary new block rooftop"),
    (Hint::Kind(Kind::Terrace), "townhouse terraced mews terrace maisonette duplex semi town"),
    (Hint::Kind(Kind::Room), "room studio bedsit single double twin ensuite suite bnb"),
    (Hint::Kind(Kind::Tenement), "flat apartment apt tenement condo georgian victorian"),
    (Hint::Kind(Kind::House), "house home detached family bed bedroom"),
    (
        Hint::Around(Surroundings::Water),
        "sea seaside beach beachfront harbour harbor shore quay river riverside canal coast coastal bay island water \
         waterfront marina lake loch ocean dock docks",
    ),
    (
        Hint::Around(Surroundings::Garden),
        "garden gardens park meadow meadows patio courtyard leafy green orchard wood woods forest quiet peaceful",
    ),
    (
        Hint::Around(Surroundings::Hills),
        "view views hill hills castle mountain country rural valley retreat seat glen hillside",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_telling_word_of_a_title_decides() {
        use Surroundings::{Garden, Hills, Water};
        for (title, kind, around) in [
            ("Sunny FLAT, sea view", Kind::Tenement, Some(Water)),
            ("Double room in garden flat", Kind::Room, Some(Garden)),
            ("Stone cottage with 2 bedrooms", Kind::Cottage, None),
            ("Penthouse apartment by the castle", Kind::Block, Some(Hills)),
            ("Houseboat in the park", Kind::Boat, Some(Water)),
        ] {
            for number in 0..20 {
                let suggested = Suggested::by(title);
                let found = Kind::of(&suggested, None, &mut Seed::new(number));
                assert_eq!(found, kind, "{title}");
                let found = Surroundings::of(&suggested, kind, &mut Seed::new(number));
                assert!(around.is_none_or(|around| around == found), "{title}: {found:?}");
            }
        }
    }

    #[test]
    fn the_type_of_the_property_decides_before_the_title() {
        for (title, property_type, kind) in [
            ("Sunny flat", "house", Kind::House),
            ("Stone cottage", "house", Kind::Cottage),
            ("Family house", "apartment", Kind::Tenement),
            ("Penthouse", "apartment", Kind::Block),
            ("Flat", "bungalow", Kind::Cottage),
            ("Castle tower", "townhouse", Kind::Terrace),
            ("Castle tower", "other", Kind::Castle),
        ] {
            let suggested = Suggested::by(title);
            let found = Kind::of(&suggested, Some(property_type), &mut Seed::new(7));
            assert_eq!(found, kind, "{title}, {property_type}");
        }
    }
}
