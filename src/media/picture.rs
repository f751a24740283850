//! Reads an uploaded file as a picture, and refuses what is not allowed.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits, RgbImage};

/// The maximum size of an uploaded file, in bytes.
pub const MAX_BYTES: u64 = 20 * 1024 * 1024;
/// The maximum number of pixels of an uploaded picture.
pub const MAX_PIXELS: u64 = 50_000_000;
/// The bytes that a decoder may allocate: those of 50 megapixels with four channels of 16 bits, and a margin.
const MAX_ALLOCATION: u64 = 512 * 1024 * 1024;

/// Why an uploaded file is not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not a picture, or not in an allowed format.
    #[error("It is not a JPEG, PNG or WebP picture.")]
    NotAPicture,
    /// It has no bytes.
    #[error("It is empty.")]
    Empty,
    /// The file is too large.
    #[error("It is larger than {} MB.", MAX_BYTES >> 20)]
    TooManyBytes,
    /// The picture has too many pixels.
    #[error("Its {width} × {height} pixels are more than {} megapixels.", MAX_PIXELS / 1_000_000)]
    TooManyPixels {
        /// The width in pixels.
        width: u32,
        /// The height in pixels.
        height: u32,
    },
    /// The picture can't be read.
    #[error("It is damaged or incomplete.")]
    Broken,
}

/// A picture as stored in the file: its pixels, and how to show them.
pub(super) struct Picture {
    pub(super) pixels: RgbImage,
    /// How to rotate the pixels.
    pub(super) orientation: Orientation,
    /// The ICC profile of its colours.
    pub(super) profile: Option<Vec<u8>>,
}

impl Picture {
    /// Its width and height when it is shown.
    pub(super) fn upright(&self) -> (u32, u32) {
        upright(self.pixels.dimensions(), self.orientation)
    }
}

/// Reads a file. Its content decides the format; its name and type are ignored.
///
/// # Errors
/// A [`Refusal`] for everything that is not a complete JPEG, PNG or WebP picture within the limits.
pub(super) fn read(bytes: &[u8]) -> Result<Picture, Refusal> {
    let (mut decoder, _) = open(bytes)?;
    // Unreadable metadata says nothing about the pixels.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| Refusal::Broken)?;
    Ok(Picture { pixels: opaque(picture), orientation, profile })
}

/// The width and height of a picture when it is shown, without reading its pixels.
///
/// # Errors
/// A [`Refusal`], as far as the beginning of the file tells.
pub(super) fn measure(bytes: &[u8]) -> Result<(u32, u32), Refusal> {
    let (mut decoder, size) = open(bytes)?;
    Ok(upright(size, decoder.orientation().unwrap_or(Orientation::NoTransforms)))
}

/// A picture that is about to be read.
type Decoder<'a> = Box<dyn ImageDecoder + 'a>;

/// Begins to read a file whose size is within the limits; also returns the picture's width and height.
fn open(bytes: &[u8]) -> Result<(Decoder<'_>, (u32, u32)), Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    let broken = |err: ImageError| match err {
        ImageError::Unsupported(_) => Refusal::NotAPicture,
        _ => Refusal::Broken,
    };
    let input = Cursor::new(bytes);
    let mut decoder: Decoder<'_> = match image::guess_format(bytes) {
        Ok(ImageFormat::Jpeg) if !is_whole_jpeg(bytes) => return Err(Refusal::Broken),
        Ok(ImageFormat::Jpeg) => Box::new(JpegDecoder::new(input).map_err(broken)?),
        Ok(ImageFormat::Png) => Box::new(PngDecoder::new(input).map_err(broken)?),
        Ok(ImageFormat::WebP) => Box::new(WebPDecoder::new(input).map_err(broken)?),
        _ => return Err(Refusal::NotAPicture),
    };
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Refusal::TooManyPixels { width, height });
    }
    if width == 0 || height == 0 {
        return Err(Refusal::Broken);
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_ALLOCATION);
    decoder.set_limits(limits).map_err(|_| Refusal::Broken)?;
    Ok((decoder, (width, height)))
}

/// A size of stored pixels after they are turned.
fn upright((width, height): (u32, u32), orientation: Orientation) -> (u32, u32) {
    match is_turned(orientation) {
        true => (height, width),
        false => (width, height),
    }
}

/// Whether pixels are stored with their rows as columns.
pub(super) fn is_turned(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// The picture with transparent parts in white.
fn opaque(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    let on_white = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        u8::try_from((value * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
    };
    let (width, height) = picture.dimensions();
    let mut flat = RgbImage::new(width, height);
    for (flat, pixel) in flat.pixels_mut().zip(picture.pixels()) {
        let [red, green, blue, alpha] = pixel.0;
        flat.0 = [red, green, blue].map(|value| on_white(value, alpha));
    }
    flat
}

/// Whether a JPEG file is complete. The decoder shows the missing part of a file as a grey area.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let byte = |at: usize| bytes.get(at).copied();
    let mut at = 2;
    loop {
        // In compressed data, 0xFF is followed by 0 or by the number of a restart; anything else is a marker.
        let marker = loop {
            match (byte(at), byte(at + 1)) {
                (_, None) | (None, _) => return false,
                (Some(0xFF), Some(next)) if !matches!(next, 0 | 0x01 | 0xD0..=0xD7 | 0xFF) => {
                    break next;
                }
                _ => at += 1,
            }
        };
        if marker == 0xD9 {
            return true;
        }
        let (Some(high), Some(low)) = (byte(at + 2), byte(at + 3)) else {
            return false;
        };
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
}
