//! Pictures of pages, for people.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Chromium;

/// A file with a page's picture, as PNG.
pub(crate) struct Picture {
    pub(crate) path: PathBuf,
    bytes: Vec<u8>,
}

impl Picture {
    /// Its width and height in pixels, from the first chunk of the PNG.
    pub(crate) fn size(&self) -> (u32, u32) {
        let number = |at: usize| {
            let bytes = self.bytes.get(at..at + 4).expect("a whole header");
            u32::from_be_bytes(bytes.try_into().expect("four bytes"))
        };
        let path = self.path.display();
        assert!(self.bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{path} is no PNG");
        assert_eq!(&self.bytes[12..16], b"IHDR", "{path}");
        (number(16), number(20))
    }
}

impl Chromium {
    /// Takes a picture of the whole scrollable page, and stores it as `target/screenshots/NAME.png`.
    pub(crate) async fn picture(&self, name: &str) -> Picture {
        let script = "return document.fonts.ready.then(() => [innerWidth, document.documentElement.scrollHeight])";
        let size = self.run(script, &[]).await;
        let clip = json!({"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1});
        let parameters = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let answer = self.devtools("Page.captureScreenshot", parameters).await;
        let bytes = STANDARD.decode(answer["data"].as_str().expect("a picture")).expect("Base64");
        // The folder that cargo builds into, which may be configured.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
        let folder = target.expect("it is below target").join("screenshots");
        std::fs::create_dir_all(&folder).expect("the folder is writable");
        let path = folder.join(format!("{name}.png"));
        std::fs::write(&path, &bytes).expect("the folder is writable");
        Picture { path, bytes }
    }
}
