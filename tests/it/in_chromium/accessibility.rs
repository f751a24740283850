//! No kind of page breaks a rule of WCAG 2.2 AA that a program can check.

use super::kinds::{KINDS, Sites};
use crate::harness::Chromium;

#[tokio::test]
async fn every_kind_of_page_is_accessible() {
    let sites = Sites::start().await;
    let chromium = Chromium::start().await;
    for kind in &KINDS {
        sites.visit(&chromium, kind).await;
        chromium.assert_accessible(kind.name(), &[390, 1280]).await;
    }
}
