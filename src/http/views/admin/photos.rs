//! The page with the photos of a listing.

use askama::Template;
use sha2::{Digest as _, Sha256};

use crate::domain::{EventId, Photo, PhotoFormat, Photos, Property};
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::http::views::picture::address;
use crate::media::{MAX_BYTES, MAX_PIXELS};

/// The photos, and what can be done with them.
#[derive(Template)]
#[template(path = "admin/photos.html")]
pub(in crate::http) struct PhotosPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) property: Property,
    /// What the photos are known by, to see whether they were changed.
    pub(in crate::http) seen: String,
    /// The last change, if it was one of the photos.
    pub(in crate::http) undo: Option<EventId>,
    pub(in crate::http) notice: String,
    /// Each file or text that was refused.
    pub(in crate::http) problems: Vec<String>,
    /// Descriptions that were typed and not saved, by the photo's name.
    pub(in crate::http) typed: Vec<(String, String)>,
    /// The state of the list that one comes back to.
    pub(in crate::http) filters: String,
}

impl PhotosPage {
    fn photos(&self) -> &[Photo] {
        self.property.facts.photos()
    }

    fn alt<'a>(&'a self, photo: &'a Photo) -> &'a str {
        let typed = self.typed.iter().find(|(hash, _)| hash == photo.hash.as_str());
        typed.map_or(photo.alt.as_str(), |(_, text)| text)
    }

    /// The address of a photo's smallest file.
    fn small(&self, photo: &Photo) -> String {
        let [smallest, ..] = Photo::WIDTHS;
        address(photo, photo.width.min(smallest), PhotoFormat::Jpeg)
    }

    fn limits(&self) -> String {
        let (bytes, pixels) = (MAX_BYTES >> 20, MAX_PIXELS / 1_000_000);
        format!(
            "JPEG, PNG or WebP, up to {bytes} MB and {pixels} megapixels each; up to {} photos.",
            Photos::MAX
        )
    }
}

/// What photos are known by, in their order and with their descriptions.
pub(in crate::http) fn digest_of(photos: &[Photo]) -> String {
    let mut hash = Sha256::new();
    for photo in photos {
        hash.update(format!("{}\n{}\n", photo.hash, photo.alt));
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
