//! What a title says of the house, and of what is around it.

use super::picture::Seed;

/// A kind of house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Flats above each other, in a street.
    Tenement,
    /// A new block with large windows and a terrace on top.
    Block,
    /// A house of its own.
    House,
    /// Low, under a large roof.
    Cottage,
    /// Wide and symmetrical.
    Villa,
    /// Narrow houses side by side.
    Terrace,
    /// One window of a larger house.
    Room,
    /// With battlements.
    Castle,
    /// A steep roof among trees.
    Cabin,
    /// On the water.
    Boat,
}

/// The words that tell each kind, the more telling first.
const KINDS: [(Kind, &[&str]); 10] = [
    (
        Kind::Boat,
        &["boat", "houseboat", "yacht", "barge", "ship", "narrowboat"],
    ),
    (
        Kind::Castle,
        &["tower", "fort", "keep", "palace", "chateau"],
    ),
    (
        Kind::Cabin,
        &[
            "cabin",
            "lodge",
            "chalet",
            "barn",
            "bothy",
            "pod",
            "hut",
            "yurt",
            "farm",
            "farmhouse",
        ],
    ),
    (
        Kind::Cottage,
        &["cottage", "bungalow", "croft", "gatehouse"],
    ),
    (
        Kind::Villa,
        &["villa", "mansion", "manor", "estate", "hall"],
    ),
    (
        Kind::Block,
        &[
            "penthouse",
            "loft",
            "modern",
            "contemporary",
            "new",
            "block",
            "rooftop",
        ],
    ),
    (
        Kind::Terrace,
        &[
            "townhouse",
            "terraced",
            "mews",
            "terrace",
            "maisonette",
            "duplex",
            "semi",
            "town",
        ],
    ),
    (
        Kind::Room,
        &[
            "room", "studio", "bedsit", "single", "double", "twin", "ensuite", "suite", "bnb",
        ],
    ),
    (
        Kind::Tenement,
        &[
            "flat",
            "apartment",
            "apt",
            "tenement",
            "condo",
            "georgian",
            "victorian",
        ],
    ),
    (
        Kind::House,
        &["house", "home", "detached", "family", "bed", "bedroom"],
    ),
];

impl Kind {
    pub(super) fn of(title: &str, seed: &mut Seed) -> Self {
        let words = words(title);
        let said = KINDS
            .iter()
            .find(|(_, telling)| words.iter().any(|word| telling.contains(&word.as_str())));
        // The title may say nothing of the house.
        let guess = seed.pick([Self::Tenement, Self::House, Self::Terrace]);
        said.map_or(guess, |(kind, _)| *kind)
    }
}

/// What is around the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surroundings {
    Street,
    Hills,
    Garden,
    Water,
}

const SURROUNDINGS: [(Surroundings, &[&str]); 3] = [
    (
        Surroundings::Water,
        &[
            "sea",
            "seaside",
            "beach",
            "beachfront",
            "harbour",
            "harbor",
            "shore",
            "quay",
            "river",
            "riverside",
            "canal",
            "coast",
            "coastal",
            "bay",
            "island",
            "water",
            "waterfront",
            "marina",
            "lake",
            "loch",
            "ocean",
            "dock",
            "docks",
        ],
    ),
    (
        Surroundings::Garden,
        &[
            "garden",
            "gardens",
            "park",
            "meadow",
            "meadows",
            "patio",
            "courtyard",
            "leafy",
            "green",
            "orchard",
            "wood",
            "woods",
            "forest",
            "quiet",
            "peaceful",
        ],
    ),
    (
        Surroundings::Hills,
        &[
            "view", "views", "hill", "hills", "castle", "mountain", "country", "rural", "valley",
            "retreat", "seat", "glen", "hillside",
        ],
    ),
];

impl Surroundings {
    pub(super) fn of(title: &str, kind: Kind, seed: &mut Seed) -> Self {
        let words = words(title);
        let said = SURROUNDINGS
            .iter()
            .find(|(_, telling)| words.iter().any(|word| telling.contains(&word.as_str())));
        let guess = match kind {
            Kind::Tenement | Kind::Block | Kind::Terrace | Kind::Room => {
                seed.pick([Self::Street, Self::Street, Self::Hills])
            }
            Kind::House | Kind::Villa => seed.pick([Self::Garden, Self::Hills]),
            Kind::Cottage | Kind::Castle | Kind::Cabin => seed.pick([Self::Hills, Self::Garden]),
            Kind::Boat => Self::Water,
        };
        match (kind, said) {
            (Kind::Boat, _) | (_, None) => guess,
            (_, Some((around, _))) => *around,
        }
    }
}

fn words(title: &str) -> Vec<String> {
    let words = title.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_telling_word_of_a_title_decides() {
        for (title, kind, around) in [
            ("Sunny FLAT, sea view", Kind::Tenement, Surroundings::Water),
            (
                "Double room in garden flat",
                Kind::Room,
                Surroundings::Garden,
            ),
            (
                "Stone cottage with 2 bedrooms",
                Kind::Cottage,
                Surroundings::Hills,
            ),
            (
                "Penthouse apartment by the castle",
                Kind::Block,
                Surroundings::Hills,
            ),
            ("Houseboat in the park", Kind::Boat, Surroundings::Water),
        ] {
            // A guess that the words leave open doesn't matter here.
            let mut seed = Seed::new(4);
            let found = Kind::of(title, &mut seed);
            assert_eq!(found, kind, "{title}");
            let mut seed = Seed::new(1);
            let found = Surroundings::of(title, kind, &mut seed);
            assert!(
                found == around || title.starts_with("Stone"),
                "{title}: {found:?}"
            );
        }
    }
}
