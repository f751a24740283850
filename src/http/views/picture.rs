//! A photo in a page: with a file for each width and format, of which the browser loads one.

use crate::domain::{Photo, PhotoFormat};

/// The URL of a file of a photo.
pub(in crate::http) fn address(photo: &Photo, width: u32, format: PhotoFormat) -> String {
    format!("/media/{}", photo.file(width, format))
}

/// The URL of a photo's largest file in the format that every program can read.
pub(in crate::http) fn largest(photo: &Photo) -> String {
    address(photo, photo.width, PhotoFormat::Jpeg)
}

/// The address of a photo's smallest file.
pub(in crate::http) fn smallest(photo: &Photo) -> String {
    let width = photo.widths().next().unwrap_or(photo.width);
    address(photo, width, PhotoFormat::Webp)
}

/// A photo in a page.
pub(in crate::http) struct Picture<'a> {
    pub(in crate::http) photo: &'a Photo,
    /// The alternative text.
    pub(in crate::http) alt: &'a str,
    /// The width of the default file, and of the element.
    pub(in crate::http) width: u32,
    /// The largest useful width.
    widest: u32,
    /// The widths at which the photo is shown, as the attribute `sizes`.
    pub(in crate::http) sizes: &'static str,
    /// Whether the photo is visible as soon as the page opens.
    pub(in crate::http) is_first: bool,
}

impl<'a> Picture<'a> {
    /// A photo that is shown at `sizes`, at most `widest` pixels wide.
    pub(in crate::http) fn new(
        photo: &'a Photo,
        sizes: &'static str,
        widest: u32,
        is_first: bool,
    ) -> Self {
        let width = photo.widths().filter(|width| *width <= widest).max().unwrap_or(photo.width);
        Self { photo, alt: &photo.alt, width, widest, sizes, is_first }
    }

    /// The height of the default file.
    pub(in crate::http) fn height(&self) -> u32 {
        self.photo.height_at(self.width)
    }

    /// The URL of the default file.
    pub(in crate::http) fn source(&self) -> String {
        address(self.photo, self.width, PhotoFormat::Jpeg)
    }

    /// The files to choose from, of the smaller format.
    pub(in crate::http) fn sources(&self) -> String {
        let widths = self.photo.widths().filter(|width| *width <= self.widest.max(self.width));
        let source = |width| format!("{} {width}w", address(self.photo, width, PhotoFormat::Webp));
        widths.map(source).collect::<Vec<_>>().join(", ")
    }
}
