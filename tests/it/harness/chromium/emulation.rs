//! Emulated media: the width of the window, the colour scheme, reduced motion, and scripts on or off.

use serde_json::json;

use super::Chromium;

/// The preferred colour scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
}

/// Whether reduced motion is preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Motion {
    Usual,
    Reduced,
}

/// The height of a long phone and of a short laptop, in CSS pixels.
const HEIGHT: u32 = 900;

impl Chromium {
    /// Sets the width of the window, in CSS pixels.
    pub(crate) async fn resize(&self, width: u32) {
        let metrics =
            json!({"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    pub(crate) async fn prefer(&self, theme: Theme, motion: Motion) {
        let scheme = match theme {
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        let motion = match motion {
            Motion::Usual => "no-preference",
            Motion::Reduced => "reduce",
        };
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": motion},
        ]});
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// Limits how many bytes a second are sent; `None` for no limit.
    pub(crate) async fn uploads_with(&self, bytes_a_second: Option<u32>) {
        self.devtools("Network.enable", json!({})).await;
        let upload = bytes_a_second.map_or(-1, i64::from);
        let conditions = json!({
            "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload,
        });
        self.devtools("Network.emulateNetworkConditions", conditions).await;
    }

    /// Turns scripts off for pages that are opened later.
    pub(crate) async fn without_scripts(self) -> Self {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
        self
    }
}
