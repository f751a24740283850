//! Whether a page fits its window, and whether it moves.

use serde::Deserialize;

use super::Chromium;
use crate::harness::eventually;

#[derive(Deserialize)]
struct Widths {
    page: u32,
    window: u32,
    /// The elements beyond the window's right edge.
    beyond: Vec<String>,
}

const WIDTHS: &str = "
    const {clientWidth, scrollWidth} = document.documentElement;
    const tag = element => element.cloneNode(false).outerHTML;
    const beyond = [...document.body.querySelectorAll('*')]
        .filter(element => element.getBoundingClientRect().right > clientWidth + 0.5);
    return {page: scrollWidth, window: Math.min(clientWidth, innerWidth), beyond: beyond.map(tag)}";

/// Durations below a hundredth of a second mean no animation; styles use them because scripts wait for the events.
const MOVING: &str = "
    const long = times => times.split(',').some(time => parseFloat(time) > 0.01);
    const moves = style => long(style.transitionDuration)
        || (style.animationName !== 'none' && long(style.animationDuration))
        || style.scrollBehavior === 'smooth';
    return [...document.querySelectorAll('*')]
        .filter(element => [null, '::before', '::after'].some(part => moves(getComputedStyle(element, part))))
        .map(element => element.cloneNode(false).outerHTML)";

impl Chromium {
    /// Fails if the page can be scrolled sideways in a window of a width.
    pub(crate) async fn assert_fits(&self, page: &str, width: u32) {
        self.resize(width).await;
        // Scripts draw charts again after the window's size has changed.
        let mut tries = 0;
        let widths = eventually("the page is measured", async || {
            tries += 1;
            let widths = self.run(WIDTHS, &[]).await;
            let widths: Widths = serde_json::from_value(widths).expect("the script's answer");
            (widths.page <= width || tries > 100).then_some(widths)
        })
        .await;
        assert_eq!(widths.window, width, "{page} has no such window");
        assert!(
            widths.page <= width,
            "{page} is {} wide in a window of {width}: {:#?}",
            widths.page,
            widths.beyond
        );
    }

    /// Whether the page can be scrolled sideways.
    pub(crate) async fn scrolls_sideways(&self) -> bool {
        let widths = self.run(WIDTHS, &[]).await;
        let widths: Widths = serde_json::from_value(widths).expect("the script's answer");
        widths.page > widths.window
    }

    /// The elements that have animations or transitions.
    pub(crate) async fn moving(&self) -> Vec<String> {
        let tags = self.run(MOVING, &[]).await;
        serde_json::from_value(tags).expect("tags")
    }
}
