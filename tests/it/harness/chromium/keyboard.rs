//! Using a page with the keyboard only.

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde::Deserialize;
use serde_json::json;

use super::{Chromium, done};
use crate::harness::App;

/// The element that has the keyboard's focus.
#[derive(Debug, Deserialize)]
pub(crate) struct Focus {
    #[expect(dead_code, reason = "a failure prints it")]
    tag: String,
    /// Whether it matches the requested selector.
    pub(crate) fits: bool,
    /// Whether it, or an ancestor, has an outline.
    pub(crate) is_outlined: bool,
    /// Whether at least a part of it is in the window.
    pub(crate) is_in_view: bool,
}

/// More stops than any page has: then the focus is trapped.
const MOST_STOPS: usize = 500;

const FOCUS: &str = "
    const focused = document.activeElement;
    if (!focused || focused === document.body || focused === document.documentElement) return null;
    const outlined = (element, part) => {
        const style = getComputedStyle(element, part);
        const seen = !/^(transparent|.*, 0\\))$/.test(style.outlineColor);
        return seen && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    };
    let isOutlined = false;
    for (let at = focused; at !== document.body; at = at.parentElement) {
        isOutlined ||= [null, '::before', '::after'].some(part => outlined(at, part));
    }
    const box = focused.getBoundingClientRect();
    const isInView = box.width > 0 && box.height > 0
        && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    return {
        tag: focused.cloneNode(false).outerHTML,
        fits: focused.matches(arguments[0]),
        is_outlined: isOutlined,
        is_in_view: isInView,
    }";

/// Fails unless each stop is in the window and visibly has the focus.
pub(crate) fn are_seen(stops: &[Focus]) {
    for stop in stops {
        assert!(stop.is_outlined && stop.is_in_view, "{stop:#?}");
    }
}

impl Chromium {
    /// Presses and releases a key.
    pub(crate) async fn press(&self, key: Key) {
        self.type_text(&char::from(key).to_string()).await;
    }

    /// Types a text into the focused element.
    pub(crate) async fn type_text(&self, text: &str) {
        let keys =
            text.chars().flat_map(|value| [KeyAction::Down { value }, KeyAction::Up { value }]);
        let actions = keys.fold(KeyActions::new("keyboard".to_owned()), KeyActions::then);
        done(self.client.perform_actions(actions).await);
    }

    /// The focused element, and whether it matches a selector; `None` if the page has no focus.
    pub(crate) async fn focus(&self, css: &str) -> Option<Focus> {
        let focus = self.run(FOCUS, &[json!(css)]).await;
        serde_json::from_value(focus).expect("the script's answer")
    }

    /// Presses Tab until the focused element matches; returns every stop, including that one.
    pub(crate) async fn tab_to(&self, css: &str) -> Vec<Focus> {
        self.walk_to(css, async || self.press(Key::Tab).await).await
    }

    /// Does the same backwards, with Shift.
    pub(crate) async fn tab_back_to(&self, css: &str) -> Vec<Focus> {
        let (shift, tab) = (char::from(Key::Shift), char::from(Key::Tab));
        let keys = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: shift })
            .then(KeyAction::Down { value: tab })
            .then(KeyAction::Up { value: tab })
            .then(KeyAction::Up { value: shift });
        let step = async || done(self.client.perform_actions(keys.clone()).await);
        self.walk_to(css, step).await
    }

    async fn walk_to(&self, css: &str, step: impl AsyncFn()) -> Vec<Focus> {
        let mut stops = Vec::new();
        loop {
            step().await;
            let Some(focus) = self.focus(css).await else {
                panic!("Tab does not come to {css}, but to {stops:#?}");
            };
            let fits = focus.fits;
            stops.push(focus);
            if fits {
                return stops;
            }
            assert!(stops.len() < MOST_STOPS, "Tab does not come to {css}: {stops:#?}");
        }
    }

    /// Opens a page, narrow and wide, and presses Tab until the focus leaves it: there are at least `least` stops, and
    /// each is visible.
    pub(crate) async fn assert_stops_are_seen(&self, app: &App, path: &str, least: usize) {
        for width in [390, 1280] {
            self.resize(width).await;
            self.open(app, path).await;
            let stops = self.tab_through().await;
            assert!(stops.len() >= least, "{path}: {stops:#?}");
            are_seen(&stops);
        }
    }

    /// Presses Tab until the focus leaves the page; returns every stop.
    pub(crate) async fn tab_through(&self) -> Vec<Focus> {
        let mut stops = Vec::new();
        loop {
            self.press(Key::Tab).await;
            let Some(focus) = self.focus("*").await else {
                return stops;
            };
            stops.push(focus);
            assert!(stops.len() < MOST_STOPS, "Tab does not leave the page: {stops:#?}");
        }
    }
}
