//! Uploaded files: their renditions, and what is refused.

use image::{DynamicImage, ImageFormat, Luma, Rgba, RgbaImage};

use super::pictures::{exif, file, jpeg, picture, promising_png, with_segment};
use super::{PHOTOS, hashes, json, upload};
use crate::harness::{App, Shows as _, spawn_staffed};

/// Downloads and decodes a file of the photo at an index.
async fn fetched(app: &App, at: usize, width: u32, extension: &str) -> image::RgbImage {
    let hash = &hashes(app).await[at];
    let page = app.get(&format!("/media/{hash}/{width}.{extension}")).await.assert_status(200);
    image::load_from_memory(&page.body).expect("a picture").into_rgb8()
}

/// Whether a pixel is close to a colour.
fn is_like(picture: &image::RgbImage, (x, y): (u32, u32), colour: [u8; 3]) -> bool {
    let near = |(a, b): (&u8, &u8)| a.abs_diff(*b) < 40;
    picture.get_pixel(x, y).0.iter().zip(&colour).all(near)
}

#[tokio::test]
async fn a_photo_is_stored_in_every_width_and_format_and_never_enlarged() {
    let (app, staff) = spawn_staffed(1).await;
    let wide = jpeg(2400, 1600);
    let small = file(picture(500, 400), ImageFormat::Png);
    let page = upload(&staff, &[("wide.jpg", &wide), ("small.png", &small)]).await;
    page.assert_status(303);
    staff.get(PHOTOS).await.shows(["2 photos were added."]);
    let photos = json(&app).await["photos"].clone();
    assert_eq!([&photos[0]["width"], &photos[0]["height"]], [1920, 1280]);
    assert_eq!([&photos[1]["width"], &photos[1]["height"]], [500, 400]);
    let widths = |at: usize, media_type: &str| -> Vec<u64> {
        let sources = photos[at]["sources"].as_array().expect("a list").iter();
        let sources = sources.filter(|source| source["type"] == media_type);
        sources.filter_map(|source| source["width"].as_u64()).collect()
    };
    for media_type in ["image/webp", "image/jpeg"] {
        assert_eq!(widths(0, media_type), [320, 640, 960, 1280, 1920]);
        assert_eq!(widths(1, media_type), [320, 500]);
    }
    for (at, width, height) in [(0, 320, 213), (0, 1920, 1280), (1, 320, 256), (1, 500, 400)] {
        for extension in ["webp", "jpg"] {
            let found = fetched(&app, at, width, extension).await;
            assert_eq!(found.dimensions(), (width, height));
            assert!(is_like(&found, (width / 4, height / 2), [200, 0, 0]));
            assert!(is_like(&found, (width * 3 / 4, height / 2), [0, 0, 200]));
        }
    }
}

#[tokio::test]
async fn a_photo_is_turned_upright_and_says_nothing_of_its_camera_or_place() {
    let (app, staff) = spawn_staffed(1).await;
    let plain = jpeg(600, 400);
    for orientation in 1..=8 {
        let turned = with_segment(&plain, 0xE1, &exif(orientation));
        upload(&staff, &[("turned.jpg", &turned)]).await.assert_status(303);
        let at = usize::from(orientation) - 1;
        let size = if orientation < 5 { (600, 400) } else { (400, 600) };
        let found = fetched(&app, at, size.0, "jpg").await;
        assert_eq!(found.dimensions(), size, "{orientation}");
        // The green line is at the top, the bottom, the left or the right.
        let (width, height) = size;
        let line = match orientation {
            1 | 2 => (width / 4, 10),
            3 | 4 => (width / 4, height - 10),
            5 | 8 => (10, height / 4),
            _ => (width - 10, height / 4),
        };
        assert!(is_like(&found, line, [0, 160, 0]), "{orientation}");
        // Red is at the left of the line where it is above.
        let red = match orientation {
            1 | 4 => (100, height / 2),
            2 | 3 => (width - 100, height / 2),
            5 | 6 => (width / 2, 100),
            _ => (width / 2, height - 100),
        };
        assert!(is_like(&found, red, [200, 0, 0]), "{orientation}");
    }
    for hash in hashes(&app).await {
        for name in ["320.jpg", "320.webp", "400.jpg", "600.webp"] {
            let page = app.get(&format!("/media/{hash}/{name}")).await;
            for secret in [&b"GPS"[..], b"Exif", b"CAM", b"EXIF", b"ICCP"] {
                let has = page.body.windows(secret.len()).any(|window| window == secret);
                assert!(!has, "{name} has {secret:?}");
            }
        }
    }
}

#[tokio::test]
async fn unusual_pictures_are_accepted() {
    let (app, staff) = spawn_staffed(1).await;
    let clear = RgbaImage::from_pixel(40, 30, Rgba([0, 0, 0, 0]));
    let deep = DynamicImage::ImageRgb8(picture(40, 30)).into_rgb16();
    let grey = image::GrayImage::from_pixel(40, 30, Luma([90]));
    let files = [
        ("clear.png", file(clear, ImageFormat::Png)),
        ("deep.png", file(deep, ImageFormat::Png)),
        ("grey.png", file(grey.clone(), ImageFormat::Png)),
        ("grey.webp", file(DynamicImage::ImageLuma8(grey).into_rgb8(), ImageFormat::WebP)),
        ("tall.png", file(picture(3, 9000), ImageFormat::Png)),
        ("dot.jpeg", jpeg(1, 1)),
        // The content decides the format, not the name.
        ("photo.txt", file(picture(41, 30), ImageFormat::WebP)),
    ];
    let files: Vec<_> = files.iter().map(|(name, content)| (*name, content.as_slice())).collect();
    upload(&staff, &files).await.assert_status(303);
    assert_eq!(hashes(&app).await.len(), 7);
    let clear = fetched(&app, 0, 40, "jpg").await;
    assert!(is_like(&clear, (20, 15), [255, 255, 255]), "what is transparent is white");
    let deep = fetched(&app, 1, 40, "webp").await;
    assert!(is_like(&deep, (5, 20), [200, 0, 0]));
    assert!(is_like(&fetched(&app, 2, 40, "jpg").await, (20, 15), [90, 90, 90]));
    let tall = &json(&app).await["photos"][4];
    assert_eq!([&tall["width"], &tall["height"]], [1, 3840]);
}

#[tokio::test]
async fn each_file_that_is_no_photo_is_named_with_the_reason_and_the_others_are_kept() {
    let (app, staff) = spawn_staffed(1).await;
    let good = jpeg(400, 300);
    let (mut large, mut damaged) = (good.clone(), file(picture(400, 300), ImageFormat::Png));
    large.resize(20 * 1024 * 1024 + 1, 0);
    damaged.truncate(damaged.len() / 2);
    let animated = b"GIF89a\x01\0\x01\0\0\0\0;";
    let bomb = promising_png(60_000, 60_000);
    let webp = file(picture(400, 300), ImageFormat::WebP);
    let bad: Vec<(&str, &[u8], &str)> = vec![
        ("empty.jpg", b"", "It is empty."),
        ("text.jpg", b"Dear reader", "It is not a JPEG, PNG or WebP picture."),
        (
            "zip.jpg",
            b"PK\x03\x04\x14\0\0\0\x08\0photo.jpg",
            "It is not a JPEG, PNG or WebP picture.",
        ),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a JPEG, PNG or WebP"),
        ("animated.gif", animated, "not a JPEG, PNG or WebP"),
        ("cut.jpg", &good[..good.len() / 2], "It is damaged or incomplete."),
        ("start.jpg", &good[..4], "It is damaged or incomplete."),
        ("cut.png", &damaged, "It is damaged or incomplete."),
        ("cut.webp", &webp[..webp.len() / 2], "It is damaged or incomplete."),
        ("bomb.png", &bomb, "60000 × 60000 pixels are more than 50 megapixels."),
        ("large.jpg", &large, "It is larger than 20 MB."),
    ];
    let mut files: Vec<(&str, &[u8])> = bad.iter().map(|(name, file, _)| (*name, *file)).collect();
    files.insert(5, ("good.jpg", &good));
    let page = upload(&staff, &files).await.assert_status(422);
    for (name, _, reason) in &bad {
        page.shows([format!("“{name}”: ")]).shows([*reason]);
    }
    page.shows(["Everything else was saved."]).hides(["good.jpg"]);
    assert_eq!(hashes(&app).await.len(), 1);
}

#[tokio::test]
async fn a_listing_has_at_most_40_photos_and_each_of_them_once() {
    let (app, staff) = spawn_staffed(1).await;
    let files: Vec<_> = (1..=41).map(|width| (format!("{width}.jpg"), jpeg(width, 2))).collect();
    let named = |range: std::ops::Range<usize>| -> Vec<(&str, &[u8])> {
        files[range].iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect()
    };
    upload(&staff, &named(0..41))
        .await
        .assert_status(422)
        .shows(["“41.jpg”: A listing has at most 40 photos."]);
    assert_eq!(hashes(&app).await.len(), 40);
    upload(&staff, &named(0..3)).await.assert_status(303);
    let page = upload(&staff, &named(40..41)).await.assert_status(422);
    page.shows(["a listing can have 40 photos, and this one has 40"]);
    assert_eq!(hashes(&app).await.len(), 40);
}

#[tokio::test]
async fn photos_are_uploaded_only_by_staff_who_may_change_listings_and_with_the_token() {
    let (app, staff) = spawn_staffed(1).await;
    app.permit("view").await;
    let sam = app.staff_named("sam").await;
    sam.get(PHOTOS).await.assert_status(403);
    upload(&sam, &[("a.jpg", &jpeg(2, 2))]).await.assert_status(403);
    let foreign =
        super::multipart(&[("csrf_token", None, b"wrong"), ("photos", Some("a.jpg"), &jpeg(2, 2))]);
    crate::admin::imports::post_to(&staff, PHOTOS, foreign).await.assert_status(403);
    staff.get("/admin/properties/99/photos/").await.assert_status(404);
    assert!(hashes(&app).await.is_empty());
}
