//! The photos page of a listing.

use askama::Template;
use sha2::{Digest as _, Sha256};

use crate::domain::{EventId, Photo, PhotoFormat, Photos, Property};
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::http::views::picture::address;
use crate::media::{MAX_BYTES, MAX_PIXELS};

/// The photos, with the form that changes them.
#[derive(Template)]
#[template(path = "admin/photos.html")]
pub(in crate::http) struct PhotosPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) property: Property,
    /// A digest of the photos, which shows whether they were changed meanwhile.
    pub(in crate::http) seen: String,
    /// The last change, if it changed the photos.
    pub(in crate::http) undo: Option<EventId>,
    pub(in crate::http) notice: String,
    /// The refused files and texts, each with the reason.
    pub(in crate::http) problems: Vec<String>,
    /// Descriptions that were typed and not saved, by photo.
    pub(in crate::http) typed: Vec<(String, String)>,
    /// The state of the list to return to.
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

    /// The URL of a photo's smallest file.
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

/// A digest of photos, their order and descriptions.
pub(in crate::http) fn digest_of(photos: &[Photo]) -> String {
    let mut hash = Sha256::new();
    for photo in photos {
        hash.update(format!("{}\n{}\n", photo.hash, photo.alt));
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
