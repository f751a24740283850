//! `templates/management/warm.html`

use askama::Template;

use super::units::duration;
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::services::WarmState;

/// How far warming is.
#[derive(Template)]
#[template(path = "management/warm.html")]
pub(in crate::http) struct WarmPage {
    frame: Frame,
    state: WarmState,
    fetched: u64,
    took: Option<String>,
}

impl WarmPage {
    pub(in crate::http) fn new(frame: Frame, state: WarmState) -> Self {
        Self {
            frame,
            fetched: state.pages + state.failed,
            took: state.duration_ms.map(|millis| duration(millis * 1000)),
            state,
        }
    }
}
