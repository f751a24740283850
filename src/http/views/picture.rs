//! A photo as an element of a page: a file for each width and format, of which the browser loads one.

use crate::domain::{Photo, PhotoFormat};

/// The address of one of a photo's files.
pub(in crate::http) fn address(photo: &Photo, width: u32, format: PhotoFormat) -> String {
    format!("/media/{}", photo.file(width, format))
}

/// The address of a photo's largest file that every program reads.
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
    /// What it shows, for readers who can't see it.
    pub(in crate::http) alt: &'a str,
    /// The width of the file for browsers that choose none, and the size of the element.
    pub(in crate::http) width: u32,
    /// The widest file that is of use.
    widest: u32,
    /// The widths at which it is shown, in CSS.
    pub(in crate::http) sizes: &'static str,
    /// Whether it is seen as soon as the page is.
    pub(in crate::http) is_first: bool,
}

impl<'a> Picture<'a> {
    /// A photo that is shown at `sizes`, at most as wide as `widest` pixels of a screen.
    pub(in crate::http) fn new(
        photo: &'a Photo,
        sizes: &'static str,
        widest: u32,
        is_first: bool,
    ) -> Self {
        let width = photo.widths().filter(|width| *width <= widest).max().unwrap_or(photo.width);
        Self { photo, alt: &photo.alt, width, widest, sizes, is_first }
    }

    /// The height of that file.
    pub(in crate::http) fn height(&self) -> u32 {
        self.photo.height_at(self.width)
    }

    /// The address of the file for browsers that choose none.
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
