//! What is behind a house, and before it.

use super::kind::{Kind, Surroundings};
use super::picture::{Ink, Picture, Seed};

/// How wide and high a card's drawing is; a detail page's is three times as wide.
pub(super) const SIZE: (i32, i32) = (320, 220);
/// Where the ground begins.
pub(super) const GROUND: i32 = 190;

/// The sky and what stands on the horizon.
pub(super) fn behind(
    picture: &mut Picture,
    around: Surroundings,
    left: i32,
    width: i32,
    seed: &mut Seed,
) {
    picture.rect(Ink::Sky, left, 0, width, SIZE.1);
    let sun = (seed.between(30, 290), seed.between(28, 60));
    if seed.once_in(2) {
        picture.circle(Ink::Sun, sun.0, sun.1, seed.between(10, 16));
    }
    picture.rect(Ink::Haze, left, 128, width, SIZE.1 - 128);
    let right = left + width;
    match around {
        Surroundings::Street => skyline(picture, left, right, seed),
        Surroundings::Hills => hills(picture, left, right, seed),
        Surroundings::Garden => trees(picture, left, right, seed),
        Surroundings::Water => {
            hills(picture, left, right, seed);
            picture.rect(Ink::Water, left, 158, width, SIZE.1 - 158);
        }
    }
}

/// The ground, and what grows on it.
pub(super) fn before(
    picture: &mut Picture,
    kind: Kind,
    around: Surroundings,
    left: i32,
    width: i32,
    seed: &mut Seed,
) {
    let depth = SIZE.1 - GROUND;
    if kind == Kind::Boat {
        for _ in 0..width / 64 {
            let (x, y) = (
                left + seed.between(0, width - 40),
                seed.between(GROUND + 4, 214),
            );
            picture.rect(Ink::Haze, x, y, seed.between(14, 40), 2);
        }
        return;
    }
    let ink = match (kind, around) {
        (Kind::Tenement | Kind::Terrace | Kind::Block | Kind::Room, Surroundings::Street) => {
            Ink::Pavement
        }
        _ => Ink::Grass,
    };
    picture.rect(ink, left, GROUND, width, depth);
    match ink {
        Ink::Pavement => picture.rect(Ink::Shade, left, GROUND + 12, width, 2),
        _ => {
            // A path to the door.
            if !matches!(kind, Kind::Tenement | Kind::Block | Kind::Room) {
                let corners = [(152, GROUND), (168, GROUND), (186, SIZE.1), (134, SIZE.1)];
                picture.shape(Ink::Pavement, &corners);
            }
        }
    }
    if around == Surroundings::Garden || kind == Kind::House || seed.once_in(3) {
        for x in [seed.between(14, 44), seed.between(276, 306)] {
            tree(picture, x, GROUND + 6, seed.between(16, 26));
        }
    }
    if kind == Kind::Cottage || kind == Kind::Villa {
        for x in [left + 20, 60, 250, left + width - 90] {
            picture.arch(Ink::Leaf, x, GROUND - 10, 34, 16);
        }
    }
}

fn skyline(picture: &mut Picture, left: i32, right: i32, seed: &mut Seed) {
    let mut x = left;
    while x < right {
        let (width, height) = (seed.between(26, 58), seed.between(40, 92));
        let top = GROUND - height;
        picture.rect(Ink::Far, x, top, width, height);
        match seed.below(3) {
            0 => picture.shape(
                Ink::Far,
                &[(x, top), (x + width / 2, top - 18), (x + width, top)],
            ),
            1 => picture.rect(Ink::Far, x + width / 4, top - 10, 7, 10),
            _ => {}
        }
        x += width;
    }
}

fn hills(picture: &mut Picture, left: i32, right: i32, seed: &mut Seed) {
    let mut outline = format!("M{left} {GROUND}");
    let mut x = left;
    while x < right {
        let (span, height) = (seed.between(90, 150), seed.between(24, 78));
        let (middle, end) = (x + span / 2, x + span);
        let (peak, foot) = (GROUND - height - 20, GROUND - 26);
        outline.push_str(&format!("L{x} {foot}Q{middle} {peak} {end} {foot}"));
        x = end;
    }
    outline.push_str(&format!("L{x} {GROUND}z"));
    picture.add(Ink::Far, outline);
}

fn trees(picture: &mut Picture, left: i32, right: i32, seed: &mut Seed) {
    let mut x = left + 8;
    while x < right {
        let radius = seed.between(16, 30);
        picture.circle(Ink::Far, x, GROUND - seed.between(26, 50), radius);
        x += radius + seed.between(4, 16);
    }
    picture.rect(Ink::Far, left, GROUND - 34, right - left, 34);
}

/// A tree with a round crown.
pub(super) fn tree(picture: &mut Picture, x: i32, foot: i32, radius: i32) {
    picture.rect(Ink::Bark, x - 2, foot - radius, 4, radius);
    picture.circle(Ink::Leaf, x, foot - radius * 2, radius);
}

/// A tree with needles.
pub(super) fn fir(picture: &mut Picture, x: i32, foot: i32, height: i32) {
    let (half, top) = (height / 4, foot - height);
    picture.rect(Ink::Bark, x - 2, foot - 10, 4, 10);
    let low = [
        (x - half, foot - 8),
        (x, top + height / 4),
        (x + half, foot - 8),
    ];
    picture.shape(Ink::Leaf, &low);
    let (inner, waist) = (half * 2 / 3, foot - height / 2);
    picture.shape(
        Ink::Leaf,
        &[(x - inner, waist), (x, top), (x + inner, waist)],
    );
}
