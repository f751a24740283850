//! Text that tries to be something else stays text.

use crate::harness::{App, Chromium, listing, spawn_app};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

const WIDTHS: [u32; 3] = [320, 390, 1280];

fn titles() -> [String; 6] {
    [
        "<script>window.hacked = 1</script>".to_owned(),
        "\"><img src=x onerror='window.hacked = 1'> & &amp; 'quotes' `ticks`".to_owned(),
        "</title></main><style>* { display: none }</style>{{ 7 * 7 }}".to_owned(),
        "Left \u{200f}turned to the right".to_owned(),
        "👩‍👩‍👧‍👦 🏡 دار للبيع בית".to_owned(),
        "W".repeat(200),
    ]
}

fn location() -> String {
    "M".repeat(100)
}

async fn app() -> App {
    let app = spawn_app().await;
    for title in titles() {
        let mut listing = listing(&title, "99999999.99", &location());
        listing.description = format!("{title} {title}\n\n{}", "W".repeat(500));
        app.create_without_session(&listing).await;
    }
    app
}

/// Nothing of the page ran, and it fits every window.
async fn is_harmless(chromium: &Chromium, page: &str) {
    assert_eq!(chromium.run("return typeof window.hacked", &[]).await, "undefined", "{page}");
    let complaints = chromium.complaints().await;
    assert!(complaints.is_empty(), "{page}: {complaints:#?}");
    for width in WIDTHS {
        chromium.assert_fits(page, width).await;
    }
}

#[tokio::test]
async fn titles_and_places_are_shown_as_text_and_break_nothing() {
    let app = app().await;
    let chromium = Chromium::start().await;
    chromium.open(&app, "/properties/").await;
    let list = chromium.text("main").await;
    is_harmless(&chromium, "the list").await;
    for (title, id) in titles().iter().zip(1..) {
        assert!(list.contains(title), "{title} is not in {list}");
        chromium.open(&app, &format!("/properties/{id}/")).await;
        assert_eq!(&chromium.text("h1").await, title);
        assert!(chromium.text("main").await.contains(&location()));
        is_harmless(&chromium, title).await;
    }
}

#[tokio::test]
async fn filters_are_shown_as_text_and_break_nothing() {
    let app = app().await;
    let chromium = Chromium::start().await;
    for text in titles().into_iter().chain([location()]) {
        let encoded = utf8_percent_encode(&text, NON_ALPHANUMERIC);
        chromium.open(&app, &format!("/properties/?q={encoded}")).await;
        assert_eq!(chromium.field("q").await, text);
        assert!(chromium.text("main").await.contains(&text), "{text}");
        is_harmless(&chromium, &text).await;
    }
    chromium.open(&app, &format!("/properties/?location={}", location())).await;
    assert_eq!(chromium.listings().await.len(), titles().len());
    is_harmless(&chromium, "a long location").await;
}

#[tokio::test]
async fn stacked_accents_stay_within_their_text() {
    let app = spawn_app().await;
    let stacked: String = "Zalgo"
        .chars()
        .map(|c| format!("{c}{}", "\u{30D}\u{310}\u{317}\u{323}".repeat(8)))
        .collect();
    let place: String = stacked.chars().take(100).collect();
    app.create_without_session(&listing(&stacked, "1", &place)).await;
    let chromium = Chromium::start().await;
    for (path, elements) in [
        ("/properties/", vec![".card__title", ".card__place", ".card__text"]),
        ("/properties/1/", vec![".headline", ".lede", ".facts dd"]),
        ("/properties/places/", vec![".letter__places li"]),
    ] {
        chromium.open(&app, path).await;
        for element in elements {
            let script =
                format!("return getComputedStyle(document.querySelector('{element}')).overflowY");
            let overflow = chromium.run(&script, &[]).await;
            assert!(overflow == "clip" || overflow == "hidden", "{path} {element}: {overflow}");
        }
        is_harmless(&chromium, path).await;
    }
}
