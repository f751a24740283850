//! Pages fit every window, and pictures of them are stored for people.

use crate::harness::{App, Chromium, Motion, Plan, Shell, Theme, eventually, spawn_homes};

async fn app() -> App {
    let plan = Plan::new().await;
    Shell::of(&plan).run(&["sampledata", "--count", "60"]).done();
    plan.start().await
}

const PAGES: [(&str, &str); 4] = [
    ("list", "/properties/"),
    ("listing", "/properties/2/"),
    ("no-results", "/properties/?q=zeppelin&min_price=100"),
    ("not-found", "/nowhere/"),
];

#[tokio::test]
async fn no_page_scrolls_sideways_and_pictures_of_them_are_kept() {
    let app = app().await;
    let chromium = Chromium::start().await;
    for (theme, ending) in [(Theme::Light, ""), (Theme::Dark, "-dark")] {
        chromium.prefer(theme, Motion::Reduced).await;
        for (name, path) in PAGES {
            chromium.open(&app, path).await;
            for width in [320, 1600] {
                chromium.assert_fits(name, width).await;
            }
            for width in [390, 1280] {
                chromium.assert_fits(name, width).await;
                let picture = chromium.picture(&format!("{name}-{width}{ending}")).await;
                let (wide, high) = picture.size();
                assert!(wide == width && high >= 900, "{}", picture.path.display());
            }
        }
    }
}

#[tokio::test]
async fn for_those_who_asked_for_less_motion_nothing_moves() {
    let app = app().await;
    let chromium = Chromium::start().await;
    chromium.prefer(Theme::Light, Motion::Reduced).await;
    for (name, path) in PAGES {
        chromium.open(&app, path).await;
        let moving = chromium.moving().await;
        assert!(moving.is_empty(), "{name}: {moving:#?}");
    }
}

#[tokio::test]
async fn every_part_of_a_drawing_is_found_in_the_file_of_symbols() {
    let app = spawn_homes(24).await;
    let chromium = Chromium::start().await;
    for (path, drawings) in [("/properties/", 24), ("/properties/1/", 1), ("/nothing/", 1)] {
        chromium.open(&app, path).await;
        eventually(&format!("{drawings} drawings on {path}"), async || {
            let script = "return [...document.querySelectorAll('.facade')]
                .filter(drawing => [...drawing.children].every(part => part.getBBox().width > 0)).length";
            (chromium.run(script, &[]).await.as_u64()? >= drawings).then_some(())
        })
        .await;
        let complaints = chromium.complaints().await;
        assert!(path == "/nothing/" || complaints.is_empty(), "{path}: {complaints:#?}");
    }
}
