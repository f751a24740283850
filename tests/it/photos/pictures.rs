//! Picture files as cameras and programs make them, and invalid ones.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A picture whose left half is red and whose right half is blue, with a green line at the top.
pub(crate) fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (y < height / 8, x < width / 2) {
        (true, _) => Rgb([0, 160, 0]),
        (_, true) => Rgb([200, 0, 0]),
        (_, false) => Rgb([0, 0, 200]),
    })
}

/// A file of a picture; JPEG files come from the site's own encoder, without metadata.
pub(crate) fn file(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let picture: DynamicImage = picture.into();
    let mut bytes = Vec::new();
    if format == ImageFormat::Jpeg {
        let rgb = picture.into_rgb8();
        let (width, height) = rgb.dimensions();
        let size = (width.try_into().expect("small"), height.try_into().expect("small"));
        jpeg_encoder::Encoder::new(&mut bytes, 92)
            .encode(&rgb, size.0, size.1, jpeg_encoder::ColorType::Rgb)
            .expect("encoded");
    } else {
        picture.write_to(&mut Cursor::new(&mut bytes), format).expect("encoded");
    }
    bytes
}

pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    file(picture(width, height), ImageFormat::Jpeg)
}

/// A JPEG file with an additional segment after the start.
pub(crate) fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("short").to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, content, &jpeg[2..]].concat()
}

/// A camera's metadata: the orientation and the location of the picture.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        let mut entry = tag.to_be_bytes().to_vec();
        entry.extend(kind.to_be_bytes());
        entry.extend(count.to_be_bytes());
        entry.extend(value);
        entry
    };
    // Three entries: the maker, the orientation, and the offset of the location's entries.
    exif.extend([0, 3]);
    exif.extend(entry(0x010F, 2, 4, *b"CAM\0"));
    exif.extend(entry(0x0112, 3, 1, [0, orientation, 0, 0]));
    exif.extend(entry(0x8825, 4, 1, [0, 0, 0, 50]));
    exif.extend([0, 0, 0, 0]);
    exif.extend([0, 1]);
    exif.extend(entry(0x0001, 2, 2, *b"N\0\0\0"));
    exif.extend([0, 0, 0, 0]);
    exif.extend(b"GPS 55.975 -3.166");
    exif
}

/// A PNG file that declares very many pixels and has none.
pub(crate) fn promising_png(width: u32, height: u32) -> Vec<u8> {
    let mut png = file(picture(1, 1), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}
