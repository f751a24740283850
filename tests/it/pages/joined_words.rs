//! Words match in every spelling (joined, hyphenated, separate), in a listing and in a search.

use super::beginnings::{app_of, finds, found};
use crate::harness::Plan;

/// Spellings of the same words; each finds listings with each of them.
const SAME: [&[&str]; 16] = [
    &["O'Brien", "O’Brien", "OʼBrien", "O`Brien", "O-Brien", "O Brien", "OBrien", "obrien"],
    &["Hawaii", "Hawaiʻi", "Hawai'i", "Hawai‘i"],
    &["wifi", "wi-fi", "Wi‑Fi", "wi–fi", "Wi Fi", "WI.FI"],
    &["ensuite", "en-suite", "en suite", "En–Suite", "en\u{ad}suite"],
    &["semidetached", "semi-detached", "Semi detached", "semi−detached"],
    &["2bed", "2 bed", "2-bed", "2‐bed", "2/bed"],
    &["EH65AA", "EH6 5AA", "eh6-5aa", "EH6.5AA"],
    &["12b", "12 b", "12-B", "12/b"],
    &["carpark", "car park", "car-park", "car/park"],
    &["U.S.A.", "USA", "u-s-a"],
    &["flat3", "flat 3", "flat-3", "Flat/3"],
    &["75m2", "75 m2", "75-m2"],
    &["double-glazed", "doubleglazed", "double–glazed", "double/glazed", "double\u{200b}glazed"],
    &["St.John", "St John", "StJohn", "st-john"],
    &["on-street", "onstreet", "on/street"],
    &["d'Arcy", "dArcy", "D’Arcy", "d arcy", "D´Arcy", "d＇arcy"],
];

#[tokio::test]
async fn each_way_to_write_words_finds_every_other() {
    for ways in SAME {
        let titles: Vec<String> = ways.iter().map(|way| format!("Fine {way} here")).collect();
        let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
        let app = app_of(&titles).await;
        let all: Vec<i64> = (1..).take(ways.len()).collect();
        for way in ways {
            // Alone, before another word, and after one.
            for search in [
                (*way).to_owned(),
                format!("{way} fine"),
                format!("here {way}"),
                format!("here {way} fine"),
            ] {
                assert_eq!(found(&app, &search).await, all, "{search}");
            }
        }
    }
}

#[tokio::test]
async fn joined_words_are_found_while_they_are_typed() {
    let app = app_of(&["O'Brien Lodge", "OBrien Lodge", "EH6 5AA", "EH65AA", "En suite"]).await;
    finds(
        &app,
        &[
            ("obri", &[1, 2]),
            ("o'br", &[1, 2]),
            ("o bri", &[1, 2]),
            ("lodge obr", &[1, 2]),
            ("eh65a", &[3, 4]),
            ("eh6 5a", &[3, 4]),
            ("ensui", &[5]),
            ("en sui", &[5]),
        ],
    )
    .await;
}

#[tokio::test]
async fn joined_words_are_found_in_other_forms_too() {
    let app = app_of(&["Two en-suites", "An ensuite", "A town house", "Townhouses"]).await;
    finds(
        &app,
        &[
            ("ensuites", &[1, 2]),
            ("en suite", &[1, 2]),
            ("ensuite an", &[2]),
            ("townhouse", &[3, 4]),
            ("town houses", &[3, 4]),
        ],
    )
    .await;
}

#[tokio::test]
async fn words_that_only_happen_to_stand_side_by_side_find_nothing_more() {
    let app = app_of(&["Apartment", "Inside", "A part of it", "Sea view", "Seaview"]).await;
    finds(
        &app,
        &[
            ("a part", &[3]),
            ("in side", &[]),
            ("apart", &[1]),
            ("sea view", &[4, 5]),
            ("view sea", &[4]),
        ],
    )
    .await;
}

#[tokio::test]
async fn very_long_texts_of_signs_are_saved_and_found() {
    let app = Plan::new().await.start().await;
    let staff = app.staff().await;
    for text in ["a-".repeat(9_000), "x'".repeat(9_000), "1.a ".repeat(4_000)] {
        let mut listing = crate::harness::listing("Long", "1", "Leith");
        listing.description = format!("{text} wi-fi");
        staff.create_listing(&listing).await;
    }
    assert_eq!(found(&app, "wifi").await.len(), 3);
}
