//! The houses.

use super::kind::Kind;
use super::picture::{Grid, Ink, Picture, Seed};
use super::scenery::{GROUND, fir};

pub(super) fn draw(picture: &mut Picture, kind: Kind, seed: &mut Seed) {
    match kind {
        Kind::Tenement => tenement(picture, seed),
        Kind::Block => block(picture, seed),
        Kind::House => house(picture, seed),
        Kind::Cottage => cottage(picture, seed),
        Kind::Villa => villa(picture, seed),
        Kind::Terrace => terrace(picture, seed),
        Kind::Room => room(picture, seed),
        Kind::Castle => castle(picture, seed),
        Kind::Cabin => cabin(picture, seed),
        Kind::Boat => boat(picture, seed),
    }
}

fn tenement(picture: &mut Picture, seed: &mut Seed) {
    let (floors, columns) = (seed.between(3, 4), seed.between(4, 5));
    let (storey, width) = (30, columns * 38);
    let (left, height) = (160 - width / 2, floors * storey + 6);
    let top = GROUND - height;
    // The houses beside it.
    for (x, end) in [(left - 70, left), (left + width, left + width + 70)] {
        let lower = top + seed.between(10, 34);
        picture.rect(Ink::Shade, x, lower, end - x, GROUND - lower);
        let beside = Grid {
            wall: [x, lower + 6, end - x, GROUND - lower - 10],
            columns: 2,
            rows: 3,
            pane: (12, 15),
        };
        picture.windows(beside, seed);
    }
    chimney(picture, left + 24, top - 12);
    chimney(picture, left + width - 24, top - 12);
    let slope = [
        (left, top),
        (left + 12, top - 22),
        (left + width - 12, top - 22),
        (left + width, top),
    ];
    picture.shape(Ink::Roof, &slope);
    picture.rect(Ink::Wall, left, top, width, height);
    if seed.once_in(2) {
        // Bays, one column wide.
        picture.rect(Ink::Shade, left + 38, top, 3, height);
        picture.rect(Ink::Shade, left + width - 41, top, 3, height);
    }
    picture.rect(Ink::Trim, left - 3, top - 3, width + 6, 5);
    picture.rect(Ink::Trim, left, GROUND - storey - 4, width, 3);
    let upper = Grid {
        wall: [left, top + 2, width, height - storey - 6],
        columns,
        rows: floors - 1,
        pane: (13, 19),
    };
    picture.windows(upper, seed);
    let ground = Grid {
        wall: [left, GROUND - storey, width, storey - 2],
        columns,
        rows: 1,
        pane: (15, 17),
    };
    picture.windows(ground, seed);
    let column = seed.between(1, columns - 2);
    door(picture, left + column * 38 + 9, 27);
}

fn block(picture: &mut Picture, seed: &mut Seed) {
    let (floors, columns) = (seed.between(3, 4), seed.between(3, 4));
    let (width, height) = (columns * 50, floors * 30);
    let (left, top) = (160 - width / 2, GROUND - height);
    // The flat on the roof, its terrace and its plants.
    picture.rect(Ink::Roof, left + 28, top - 30, width - 50, 4);
    picture.rect(Ink::Lit, left + 34, top - 26, width - 62, 26);
    for x in [left + width / 2 - 8, left + width / 2 + 22] {
        picture.rect(Ink::Roof, x, top - 26, 2, 26);
    }
    picture.circle(Ink::Leaf, left + 14, top - 7, 8);
    picture.circle(Ink::Leaf, left + width - 12, top - 6, 7);
    picture.rect(Ink::Wall, left, top, width, height);
    picture.rect(Ink::Trim, left - 4, top - 3, width + 8, 4);
    for floor in 1..floors {
        picture.rect(Ink::Shade, left, top + floor * 30, width, 2);
    }
    let grid = Grid {
        wall: [left, top + 2, width, height - 30],
        columns,
        rows: floors - 1,
        pane: (34, 19),
    };
    picture.windows(grid, seed);
    let ground = Grid {
        wall: [left + 50, GROUND - 29, width - 50, 28],
        columns: columns - 1,
        rows: 1,
        pane: (34, 20),
    };
    picture.windows(ground, seed);
    door(picture, left + 16, 26);
}

fn house(picture: &mut Picture, seed: &mut Seed) {
    let width = seed.between(118, 150);
    let (left, top) = (160 - width / 2, GROUND - 74);
    let ridge = top - seed.between(46, 58);
    chimney(picture, left + width - 26, ridge + 24);
    picture.rect(Ink::Wall, left, top, width, 74);
    if seed.once_in(2) {
        // The gable faces the street.
        let gable = [(left, top), (160, ridge - 6), (left + width, top)];
        picture.shape(Ink::Wall, &gable);
        let eaves = [
            (left - 8, top + 6),
            (160, ridge - 6),
            (left + width + 8, top + 6),
            (left + width + 8, top - 3),
            (160, ridge - 15),
            (left - 8, top - 3),
        ];
        picture.shape(Ink::Roof, &eaves);
        picture.window([153, ridge + 22, 14, 16], seed);
    } else {
        let slope = [
            (left - 8, top),
            (left + 14, ridge + 14),
            (left + width - 14, ridge + 14),
            (left + width + 8, top),
        ];
        picture.shape(Ink::Roof, &slope);
    }
    let upper = Grid {
        wall: [left, top + 2, width, 34],
        columns: 3,
        rows: 1,
        pane: (17, 19),
    };
    picture.windows(upper, seed);
    for x in [left + 14, left + width - 38] {
        picture.window([x, GROUND - 32, 24, 20], seed);
    }
    door(picture, 151, 30);
}

fn cottage(picture: &mut Picture, seed: &mut Seed) {
    let width = seed.between(150, 186);
    let (left, top) = (160 - width / 2, GROUND - 42);
    let ridge = top - seed.between(44, 54);
    chimney(picture, left + 20, ridge + 6);
    chimney(picture, left + width - 20, ridge + 6);
    picture.rect(Ink::Wall, left, top, width, 42);
    let slope = [
        (left - 8, top + 4),
        (left + 12, ridge),
        (left + width - 12, ridge),
        (left + width + 8, top + 4),
    ];
    picture.shape(Ink::Roof, &slope);
    for x in [160 - width / 4, 160 + width / 4] {
        picture.rect(Ink::Wall, x - 14, top - 24, 28, 26);
        let gable = [(x - 19, top - 22), (x, top - 40), (x + 19, top - 22)];
        picture.shape(Ink::Roof, &gable);
        picture.window([x - 7, top - 20, 14, 15], seed);
        picture.window([x - 12, GROUND - 31, 24, 17], seed);
    }
    door(picture, 151, 30);
}

fn villa(picture: &mut Picture, seed: &mut Seed) {
    let width = seed.between(190, 220);
    let (left, top) = (160 - width / 2, GROUND - 80);
    chimney(picture, left + 40, top - 22);
    chimney(picture, left + width - 40, top - 22);
    let slope = [
        (left - 6, top),
        (left + 34, top - 32),
        (left + width - 34, top - 32),
        (left + width + 6, top),
    ];
    picture.shape(Ink::Roof, &slope);
    picture.rect(Ink::Wall, left, top, width, 80);
    picture.rect(Ink::Trim, left - 6, top - 2, width + 12, 5);
    let grid = Grid {
        wall: [left, top + 4, width, 74],
        columns: 5,
        rows: 2,
        pane: (17, 22),
    };
    picture.windows(grid, seed);
    // The porch.
    picture.rect(Ink::Wall, 136, GROUND - 40, 48, 40);
    picture.shape(
        Ink::Trim,
        &[(130, GROUND - 38), (160, GROUND - 56), (190, GROUND - 38)],
    );
    for x in [134, 180] {
        picture.rect(Ink::Trim, x, GROUND - 38, 6, 38);
    }
    door(picture, 151, 30);
}

fn terrace(picture: &mut Picture, seed: &mut Seed) {
    let same_height = seed.once_in(2);
    let height = seed.between(96, 112);
    for (at, x) in [34, 118, 202].into_iter().enumerate() {
        let own = if same_height { 0 } else { seed.between(-12, 8) };
        let top = GROUND - height - own;
        chimney(picture, x + 70, top - 16);
        let slope = [
            (x - 2, top),
            (x + 8, top - 26),
            (x + 76, top - 26),
            (x + 86, top),
        ];
        picture.shape(Ink::Roof, &slope);
        let wall = if at == 1 { Ink::Wall } else { Ink::Shade };
        picture.rect(wall, x, top, 84, GROUND - top);
        picture.rect(Ink::Trim, x, top - 2, 84, 4);
        let upper = Grid {
            wall: [x, top + 4, 84, GROUND - top - 42],
            columns: 2,
            rows: 2,
            pane: (16, 20),
        };
        picture.windows(upper, seed);
        picture.window([x + 46, GROUND - 31, 24, 20], seed);
        door(picture, x + 13, 31);
    }
}

fn room(picture: &mut Picture, seed: &mut Seed) {
    picture.rect(Ink::Wall, 40, 0, 240, GROUND);
    for course in 1..8 {
        let indent = if course % 2 == 0 { 0 } else { 22 };
        picture.rect(Ink::Shade, 40 + indent, course * 24, 44, 2);
        picture.rect(Ink::Shade, 206 + indent, course * 24 + 10, 44, 2);
    }
    match seed.below(3) {
        0 => {
            sash(picture, [66, 46, 72, 104], seed);
            sash(picture, [182, 46, 72, 104], seed);
        }
        _ => sash(picture, [108, 34, 104, 124], seed),
    }
}

/// A large window with curtains and a box of flowers.
fn sash(picture: &mut Picture, [left, top, width, height]: [i32; 4], seed: &mut Seed) {
    let ink = seed.pick([Ink::Lit, Ink::Glass]);
    if seed.once_in(2) {
        picture.arch(Ink::Trim, left - 8, top - 8, width + 16, height + 12);
        picture.arch(ink, left, top, width, height);
    } else {
        picture.rect(Ink::Trim, left - 8, top - 8, width + 16, height + 12);
        picture.rect(ink, left, top, width, height);
    }
    // Curtains, then bars over them.
    let drawn = width / seed.between(3, 5);
    for (outer, inner) in [(left, left + drawn), (left + width, left + width - drawn)] {
        let foot = top + height;
        let corners = [(outer, top + 20), (inner, top + 20), (outer, foot - 24)];
        picture.shape(Ink::Shade, &corners);
    }
    picture.rect(Ink::Trim, left + width / 2 - 2, top + 4, 4, height - 4);
    picture.rect(Ink::Trim, left, top + height / 2, width, 4);
    picture.rect(Ink::Trim, left - 16, top + height + 2, width + 32, 8);
    if seed.once_in(4) {
        return;
    }
    picture.rect(Ink::Door, left + 8, top + height - 12, width - 16, 14);
    for x in (left + 16..left + width - 12).step_by(14) {
        picture.circle(Ink::Leaf, x, top + height - 15, seed.between(6, 9));
    }
}

fn castle(picture: &mut Picture, seed: &mut Seed) {
    let battlements = |picture: &mut Picture, ink, x: i32, y, merlons: i32| {
        for at in 0..merlons {
            picture.rect(ink, x + at * 14, y - 8, 8, 10);
        }
    };
    let top = GROUND - seed.between(70, 84);
    picture.rect(Ink::Shade, 90, top, 140, GROUND - top);
    battlements(picture, Ink::Shade, 94, top, 10);
    for (x, height) in [(58, seed.between(104, 120)), (218, seed.between(120, 138))] {
        let tower = GROUND - height;
        picture.rect(Ink::Wall, x, tower, 46, height);
        picture.rect(Ink::Wall, x - 4, tower - 2, 54, 10);
        battlements(picture, Ink::Wall, x - 3, tower, 4);
        for y in [tower + 22, tower + 58] {
            picture.arch(
                if seed.once_in(2) {
                    Ink::Lit
                } else {
                    Ink::Glass
                },
                x + 17,
                y,
                12,
                22,
            );
        }
    }
    if seed.once_in(2) {
        picture.rect(Ink::Bark, 240, GROUND - 168, 2, 34);
        picture.shape(
            Ink::Door,
            &[
                (242, GROUND - 168),
                (264, GROUND - 161),
                (242, GROUND - 154),
            ],
        );
    }
    for x in [116, 192] {
        picture.arch(Ink::Glass, x, top + 18, 12, 22);
    }
    picture.arch(Ink::Door, 142, GROUND - 46, 36, 46);
}

fn cabin(picture: &mut Picture, seed: &mut Seed) {
    for (x, height) in [
        (56, seed.between(84, 110)),
        (92, seed.between(66, 84)),
        (238, seed.between(72, 96)),
        (274, seed.between(90, 116)),
    ] {
        fir(picture, x, GROUND + 4, height);
    }
    let ridge = GROUND - seed.between(106, 122);
    picture.shape(
        Ink::Wall,
        &[(100, GROUND), (160, ridge + 14), (220, GROUND)],
    );
    let eaves = [
        (84, GROUND),
        (160, ridge - 8),
        (236, GROUND),
        (220, GROUND),
        (160, ridge + 18),
        (100, GROUND),
    ];
    picture.shape(Ink::Roof, &eaves);
    let upper = [(146, GROUND - 52), (160, GROUND - 78), (174, GROUND - 52)];
    picture.shape(Ink::Lit, &upper);
    picture.rect(Ink::Trim, 126, GROUND - 46, 68, 3);
    picture.window([124, GROUND - 34, 18, 20], seed);
    picture.window([178, GROUND - 34, 18, 20], seed);
    door(picture, 151, 34);
}

fn boat(picture: &mut Picture, seed: &mut Seed) {
    let length = seed.between(180, 220);
    let (left, deck) = (160 - length / 2, GROUND - 34);
    chimney(picture, left + length - 66, deck - 44);
    picture.rect(Ink::Wall, left + 30, deck - 40, length - 66, 40);
    picture.rect(Ink::Roof, left + 24, deck - 46, length - 54, 7);
    let grid = Grid {
        wall: [left + 34, deck - 38, length - 74, 36],
        columns: 4,
        rows: 1,
        pane: (20, 18),
    };
    picture.windows(grid, seed);
    let hull = [
        (left, deck),
        (left + length, deck),
        (left + length - 24, GROUND + 2),
        (left + 14, GROUND + 2),
    ];
    picture.shape(Ink::Door, &hull);
    picture.rect(Ink::Trim, left + 3, deck + 6, length - 8, 4);
}

/// A door with the pane above it, so many units high in all.
fn door(picture: &mut Picture, x: i32, height: i32) {
    let top = GROUND - height;
    picture.rect(Ink::Trim, x - 3, top - 3, 24, height + 3);
    picture.rect(Ink::Lit, x, top, 18, 6);
    picture.rect(Ink::Door, x, top + 8, 18, height - 8);
}

/// A chimney with two pots, whose foot is hidden by the roof.
fn chimney(picture: &mut Picture, x: i32, y: i32) {
    picture.rect(Ink::Shade, x - 8, y - 14, 16, 30);
    picture.rect(Ink::Door, x - 6, y - 19, 4, 5);
    picture.rect(Ink::Door, x + 2, y - 19, 4, 5);
}
