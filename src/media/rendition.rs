//! Makes the files of a picture: upright, in sRGB, without metadata, in every width and format.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, RgbImage};
use jpeg_encoder::{ColorType, Encoder as JpegEncoder};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use webp::{Encoder as WebpEncoder, WebPConfig};

use super::picture::{Picture, Refusal, is_turned};
use crate::domain::{Photo, PhotoFile, PhotoFormat, PhotoHash};

/// Qualities at which the two formats look alike, without visible artefacts on a screen.
const WEBP_QUALITY: f32 = 76.0;
const JPEG_QUALITY: u8 = 80;
/// The effort of libwebp, from 0 to 6. Higher values take twice as long and save a few per cent.
const WEBP_METHOD: i32 = 3;

/// A photo with its files.
pub(super) struct Rendered {
    pub(super) photo: Photo,
    pub(super) files: Vec<(PhotoFile, Vec<u8>)>,
}

/// Makes the files of a picture.
///
/// # Errors
/// [`Refusal::Broken`] if the picture can't be scaled or encoded.
pub(super) fn render(hash: PhotoHash, picture: Picture) -> Result<Rendered, Refusal> {
    let photo = photo(hash, picture.upright());
    let (width, height) = (photo.width, photo.height);
    let Picture { pixels, orientation, profile } = picture;
    // Scaled first: the other steps then have a tenth of the pixels.
    let size = if is_turned(orientation) { (height, width) } else { (width, height) };
    let mut top = DynamicImage::ImageRgb8(scaled(pixels, size)?);
    top.apply_orientation(orientation);
    let mut top = top.into_rgb8();
    if let Some(profile) = profile {
        convert(&mut top, &profile);
    }
    let mut files = Vec::new();
    for width in photo.widths() {
        let smaller;
        let pixels = if width == photo.width {
            &top
        } else {
            smaller = scaled(top.clone(), (width, photo.height_at(width)))?;
            &smaller
        };
        for format in PhotoFormat::ALL {
            let content = match format {
                PhotoFormat::Webp => webp(pixels),
                PhotoFormat::Jpeg => jpeg(pixels),
            };
            files.push((photo.file(width, format), content.ok_or(Refusal::Broken)?));
        }
    }
    Ok(Rendered { photo, files })
}

/// The photo of an upright picture of a size.
pub(super) fn photo(hash: PhotoHash, upright: (u32, u32)) -> Photo {
    let (width, height) = largest(upright);
    Photo { hash, alt: String::new(), width, height }
}

/// The size of the largest file of an upright picture: within the limits of width and height, and never enlarged.
fn largest((width, height): (u32, u32)) -> (u32, u32) {
    let [.., widest] = Photo::WIDTHS;
    let whole = Photo { hash: PhotoHash::default(), alt: String::new(), width, height };
    let fitted = width.min(widest);
    match whole.height_at(fitted) {
        fitting if fitting <= Photo::MAX_HEIGHT => (fitted, fitting),
        _ => {
            let narrow = u64::from(width) * u64::from(Photo::MAX_HEIGHT) / u64::from(height);
            (u32::try_from(narrow).unwrap_or(fitted).max(1), Photo::MAX_HEIGHT)
        }
    }
}

fn scaled(pixels: RgbImage, (width, height): (u32, u32)) -> Result<RgbImage, Refusal> {
    let (own_width, own_height) = pixels.dimensions();
    if (own_width, own_height) == (width, height) {
        return Ok(pixels);
    }
    let broken = |_| Refusal::Broken;
    let source = Image::from_vec_u8(own_width, own_height, pixels.into_raw(), PixelType::U8x3);
    let source = source.map_err(|_| Refusal::Broken)?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .use_alpha(false);
    Resizer::new().resize(&source, &mut target, &options).map_err(broken)?;
    RgbImage::from_raw(width, height, target.into_vec()).ok_or(Refusal::Broken)
}

/// Converts colours to sRGB. A profile that can't be used is ignored, as in browsers.
fn convert(pixels: &mut RgbImage, profile: &[u8]) {
    let Ok(profile) = ColorProfile::new_from_slice(profile) else {
        return;
    };
    let (source, layout): (Vec<u8>, _) = match profile.color_space {
        DataColorSpace::Rgb => (pixels.as_raw().clone(), Layout::Rgb),
        DataColorSpace::Gray => {
            (pixels.as_raw().iter().copied().step_by(3).collect(), Layout::Gray)
        }
        // The decoder has converted other models, such as CMYK, without the profile.
        _ => return,
    };
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = profile.create_transform_8bit(layout, &srgb, Layout::Rgb, options) else {
        return;
    };
    let mut converted = vec![0; pixels.as_raw().len()];
    if transform.transform(&source, &mut converted).is_ok() {
        pixels.copy_from_slice(&converted);
    }
}

fn webp(pixels: &RgbImage) -> Option<Vec<u8>> {
    let (width, height) = pixels.dimensions();
    let mut config = WebPConfig::new().ok()?;
    config.quality = WEBP_QUALITY;
    config.method = WEBP_METHOD;
    let encoded = WebpEncoder::from_rgb(pixels.as_raw(), width, height).encode_advanced(&config);
    encoded.ok().map(|encoded| encoded.to_vec())
}

fn jpeg(pixels: &RgbImage) -> Option<Vec<u8>> {
    let (width, height) = pixels.dimensions();
    let mut encoded = Vec::new();
    let mut encoder = JpegEncoder::new(&mut encoded, JPEG_QUALITY);
    encoder.set_progressive(true);
    let size = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
    encoder.encode(pixels.as_raw(), size.0, size.1, ColorType::Rgb).ok()?;
    Some(encoded)
}
