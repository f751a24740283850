//! No kind of page breaks a rule of WCAG 2.2 AA that a program can judge.

use super::kinds::{KINDS, Sites};
use crate::harness::{Chromium, Motion, Theme};

async fn every_kind_is_accessible(theme: Theme) {
    let sites = Sites::start().await;
    let chromium = Chromium::start().await;
    // A colour on its way to another has a contrast that nobody chose.
    chromium.prefer(theme, Motion::Reduced).await;
    for kind in &KINDS {
        sites.visit(&chromium, kind).await;
        for width in [390, 1280] {
            chromium.resize(width).await;
            let page = format!("{}, {theme:?}, {width} pixels wide", kind.name());
            chromium.assert_accessible(&page).await;
        }
    }
}

#[tokio::test]
async fn every_kind_of_page_is_accessible_in_light_colours() {
    Box::pin(every_kind_is_accessible(Theme::Light)).await;
}

#[tokio::test]
async fn every_kind_of_page_is_accessible_in_dark_colours() {
    Box::pin(every_kind_is_accessible(Theme::Dark)).await;
}
