//! The words of a search: the last one matches as a prefix, the others by their stems.

use crate::harness::{App, Plan};

/// A site with a listing for each title, numbered from 1.
pub(super) async fn app_of(titles: &[&str]) -> App {
    let mut plan = Plan::new().await;
    for title in titles {
        let title = title.replace('\'', "''");
        let insert = format!(
            "INSERT INTO property (title, description, price, location) VALUES ('{title}', 'D', 1, 'Leith')"
        );
        plan = plan.sql(&insert).await;
    }
    plan.start().await
}

/// The numbers of the listings that a search finds; asserts that the list's count agrees.
pub(super) async fn found(app: &App, search: &str) -> Vec<i64> {
    let text: String = url::form_urlencoded::byte_serialize(search.as_bytes()).collect();
    let page = app.get_json(&format!("/properties/?sort=oldest&q={text}")).await;
    let rows = page["results"].as_array().expect("a list").iter();
    let ids: Vec<i64> = rows.filter_map(|row| row["id"].as_i64()).collect();
    assert_eq!(page["count"], ids.len(), "{search}");
    ids
}

pub(super) async fn finds(app: &App, searches: &[(&str, &[i64])]) {
    for (search, want) in searches {
        assert_eq!(found(app, search).await, *want, "{search}");
    }
}

#[tokio::test]
async fn a_word_is_found_by_each_of_its_beginnings() {
    let words =
        ["Apartments", "Stunning", "Parking", "Comfortable", "Quietly", "Éclairs", "Москва"];
    let app = app_of(&words).await;
    for (id, word) in (1..).zip(words) {
        for (end, _) in word.char_indices().skip(1).chain([(word.len(), ' ')]) {
            let beginning = &word[..end];
            assert!(found(&app, beginning).await.contains(&id), "{beginning}");
        }
    }
}

#[tokio::test]
async fn a_beginning_finds_no_less_than_what_it_is_the_beginning_of() {
    let app =
        app_of(&["Apartment", "Apartments", "Set apart", "A park", "Parking", "Parkland", "Parks"])
            .await;
    for word in ["apartments", "parking", "parks", "parklands"] {
        let mut longer = found(&app, word).await;
        for end in (1..word.len()).rev() {
            let beginning = found(&app, &word[..end]).await;
            assert!(longer.iter().all(|id| beginning.contains(id)), "{}", &word[..end]);
            longer = beginning;
        }
    }
    finds(&app, &[("apartments", &[1, 2, 3]), ("parking", &[4, 5, 7]), ("parkla", &[6])]).await;
}

#[tokio::test]
async fn a_beginning_is_of_the_word_and_not_of_its_stem() {
    let app = app_of(&[
        "Friendly", "Fries", "Frying", "Bars", "Barn", "Base", "Basin", "Heads", "Headline",
    ])
    .await;
    finds(
        &app,
        &[("fry", &[2, 3]), ("fried", &[2, 3]), ("barn", &[5]), ("basin", &[7]), ("headli", &[9])],
    )
    .await;
}

#[tokio::test]
async fn only_the_last_word_is_found_by_its_beginning() {
    let app = app_of(&["Apartment by the sea", "Apartments by seas"]).await;
    finds(
        &app,
        &[
            ("apartments sea", &[1, 2]),
            ("sea apartm", &[1, 2]),
            ("apartm sea", &[]),
            ("se apartment", &[]),
            ("by th", &[1]),
        ],
    )
    .await;
}

#[tokio::test]
async fn signs_part_the_words_of_a_listing_as_those_of_a_search() {
    let app = app_of(&[
        "single/twin",
        "wi-fi.garage",
        "<b>attic</b>&amp;loft",
        "2-bed flat, 75m²",
        "www.homes.example/castle?view=sea#top",
        "me@homes.example",
        "“cosy”…snug–warm",
        "Cafe\u{301}s",
        "1,250.50 -5 +7",
    ])
    .await;
    finds(
        &app,
        &[
            ("twin", &[1]),
            ("single twi", &[1]),
            ("twin/single", &[1]),
            ("garag", &[2]),
            ("wi fi", &[2]),
            ("wi-fi", &[2]),
            ("attic", &[3]),
            ("loft", &[3]),
            ("2-bed", &[4]),
            ("bed 2", &[4]),
            ("75m²", &[4]),
            ("75", &[4]),
            ("castle", &[5]),
            ("sea to", &[5]),
            ("homes", &[5, 6]),
            ("me@homes.example", &[6]),
            ("cosy", &[7]),
            ("warm snug", &[7]),
            ("snug–warm", &[7]),
            ("café", &[8]),
            ("cafes", &[8]),
            ("cafe\u{301}s", &[8]),
            ("1,250.50", &[9]),
            ("5 7", &[9]),
            ("&", &[]),
            ("-", &[]),
            ("flat &", &[4]),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_owners_s_may_be_left_out_or_joined() {
    let app =
        app_of(&["Arthur's Seat", "Arthur’s Seat", "Arthurs Seat", "Arthur Seat", "O'Hara"]).await;
    let all = &[1, 2, 3, 4];
    finds(
        &app,
        &[
            ("arthur's seat", all),
            ("arthur’s seat", all),
            ("arthurs seat", all),
            ("seat arthur", all),
            ("seat arthur's", all),
            ("seat arthurs", all),
            ("seat arthur'", all),
            ("o'hara", &[5]),
            ("hara", &[5]),
            ("o hara", &[5]),
        ],
    )
    .await;
}

#[tokio::test]
async fn words_of_any_length_are_kept_and_found() {
    let app = app_of(&["Home"]).await;
    let staff = app.staff().await;
    let long = "x".repeat(20_000);
    let mut listing = crate::harness::listing("Long", "1", "Leith");
    listing.description = long.clone();
    let id = staff.create_listing(&listing).await;
    assert_eq!(found(&app, &long[..200]).await, [id]);
    assert_eq!(found(&app, "xxx").await, [id]);
}
