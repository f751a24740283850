//! The browser's console has no warnings or errors.

use super::kinds::{KINDS, Sites};
use crate::harness::Chromium;

#[tokio::test]
async fn no_kind_of_page_breaks_its_policy_or_logs_an_error() {
    let sites = Sites::start().await;
    let chromium = Chromium::start().await;
    for kind in &KINDS {
        sites.visit(&chromium, kind).await;
        let complaints = chromium.complaints().await;
        assert!(complaints.is_empty(), "{}: {complaints:#?}", kind.name());
    }
}
