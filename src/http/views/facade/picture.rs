//! Paths with classes, in the order in which they are painted.

use std::fmt::{self, Write as _};

/// Chance that is the same for the same listing: SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
/// generators, 2014).
#[derive(Debug)]
pub(super) struct Seed(u64);

impl Seed {
    pub(super) fn new(number: i64) -> Self {
        Self(number.cast_unsigned())
    }

    /// A number from 0 to just below an end.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let high = (mixed ^ (mixed >> 31)) >> 32;
        u32::try_from(high % u64::from(end.max(1))).unwrap_or(0)
    }

    /// A number between two, both included.
    pub(super) fn between(&mut self, from: i32, to: i32) -> i32 {
        let span = to.saturating_sub(from).max(0).cast_unsigned();
        from + self.below(span.saturating_add(1)).cast_signed()
    }

    /// One of several, all equally often.
    pub(super) fn pick<T: Copy, const N: usize>(&mut self, of: [T; N]) -> T {
        let at = self.below(u32::try_from(N).unwrap_or(1));
        of[at as usize]
    }

    /// Whether something happens that happens once in so many times.
    pub(super) fn once_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }
}

/// What a path shows, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Sky,
    Haze,
    Sun,
    Far,
    Water,
    Grass,
    Pavement,
    Wall,
    /// A wall that is turned away from the light, or another house's.
    Shade,
    Roof,
    Trim,
    Glass,
    /// A window behind which somebody is at home.
    Lit,
    Door,
    Leaf,
    Bark,
}

impl Ink {
    fn class(self) -> &'static str {
        match self {
            Self::Sky => "sky",
            Self::Haze => "haze",
            Self::Sun => "sun",
            Self::Far => "far",
            Self::Water => "water",
            Self::Grass => "grass",
            Self::Pavement => "pave",
            Self::Wall => "wall",
            Self::Shade => "shade",
            Self::Roof => "roof",
            Self::Trim => "trim",
            Self::Glass => "glass",
            Self::Lit => "lit",
            Self::Door => "door",
            Self::Leaf => "leaf",
            Self::Bark => "bark",
        }
    }
}

/// A drawing under way. Neighbouring shapes of one ink share a path.
#[derive(Debug, Default)]
pub(super) struct Picture {
    paths: Vec<(Ink, String)>,
}

impl Picture {
    pub(super) fn rect(&mut self, ink: Ink, x: i32, y: i32, width: i32, height: i32) {
        self.add(ink, format_args!("M{x} {y}h{width}v{height}h-{width}z"));
    }

    /// A closed shape by its corners.
    pub(super) fn shape(&mut self, ink: Ink, corners: &[(i32, i32)]) {
        let mut outline = String::new();
        for (at, (x, y)) in corners.iter().enumerate() {
            let letter = if at == 0 { 'M' } else { 'L' };
            // Writing to a string can't fail.
            let _ = write!(outline, "{letter}{x} {y}");
        }
        self.add(ink, format_args!("{outline}z"));
    }

    /// A circle, drawn the same way round as a rectangle, so that neither makes a hole in the other.
    pub(super) fn circle(&mut self, ink: Ink, x: i32, y: i32, radius: i32) {
        let (left, across) = (x - radius, radius * 2);
        self.add(
            ink,
            format_args!(
                "M{left} {y}a{radius} {radius} 0 1 1 {across} 0a{radius} {radius} 0 1 1-{across} 0z"
            ),
        );
    }

    /// A rectangle with a round top, such as a window of a chapel.
    pub(super) fn arch(&mut self, ink: Ink, x: i32, y: i32, width: i32, height: i32) {
        let (across, up) = (width / 2, height.min(width / 2));
        let straight = height - up;
        let bottom = y + height;
        self.add(
            ink,
            format_args!("M{x} {bottom}v-{straight}a{across} {up} 0 0 1 {width} 0v{straight}z"),
        );
    }

    /// Any outline, as SVG path data.
    pub(super) fn add(&mut self, ink: Ink, data: impl fmt::Display) {
        match self.paths.last_mut() {
            Some((last, path)) if *last == ink => {
                let _ = write!(path, "{data}");
            }
            _ => self.paths.push((ink, data.to_string())),
        }
    }

    /// A window of several panes, in which there may be light.
    pub(super) fn window(&mut self, place: [i32; 4], seed: &mut Seed) {
        let [x, y, width, height] = place;
        self.rect(Ink::Trim, x - 2, y - 2, width + 4, height + 4);
        let ink = if seed.once_in(4) {
            Ink::Lit
        } else {
            Ink::Glass
        };
        self.rect(ink, x, y, width, height);
    }

    /// Rows and columns of windows: frames first, then dark panes, then lit ones, so that each ink is one path.
    pub(super) fn windows(&mut self, grid: Grid, seed: &mut Seed) {
        let places = grid.places();
        for [x, y, width, height] in &places {
            self.rect(Ink::Trim, x - 2, y - 2, width + 4, height + 4);
        }
        let (lit, dark): (Vec<_>, Vec<_>) = places.into_iter().partition(|_| seed.once_in(4));
        for (ink, panes) in [(Ink::Glass, dark), (Ink::Lit, lit)] {
            for [x, y, width, height] in panes {
                self.rect(ink, x, y, width, height);
            }
        }
    }
}

/// Windows at even distances.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    /// The wall that they are in: left, top, width, height.
    pub(super) wall: [i32; 4],
    pub(super) columns: i32,
    pub(super) rows: i32,
    /// Width and height of each.
    pub(super) pane: (i32, i32),
}

impl Grid {
    fn places(self) -> Vec<[i32; 4]> {
        let [left, top, width, height] = self.wall;
        let (pane_width, pane_height) = self.pane;
        let (across, down) = (width / self.columns.max(1), height / self.rows.max(1));
        let place = |row: i32, column: i32| {
            let x = left + column * across + (across - pane_width) / 2;
            let y = top + row * down + (down - pane_height) / 2;
            [x, y, pane_width, pane_height]
        };
        let rows = 0..self.rows;
        rows.flat_map(|row| (0..self.columns).map(move |column| place(row, column)))
            .collect()
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.paths
            .iter()
            .try_for_each(|(ink, data)| write!(f, "<path class=\"{}\" d=\"{data}\"/>", ink.class()))
    }
}
