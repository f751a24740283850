//! Photos as JSON.

use serde::Serialize;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaFormat, Type};

use crate::domain::{Photo, PhotoFormat, Photos};
use crate::http::views::picture::{address, largest};

/// A photo.
#[derive(Debug, Serialize)]
pub(super) struct PhotoJson<'a> {
    /// The largest file in the format that every program can read.
    url: String,
    alt: &'a str,
    width: u32,
    height: u32,
    sources: Vec<SourceJson>,
}

/// A file of a photo.
#[derive(Debug, Serialize)]
struct SourceJson {
    url: String,
    #[serde(rename = "type")]
    media_type: &'static str,
    width: u32,
}

impl<'a> PhotoJson<'a> {
    pub(super) fn new(photo: &'a Photo, site_url: &str) -> Self {
        let source = |width, format: PhotoFormat| SourceJson {
            url: format!("{site_url}{}", address(photo, width, format)),
            media_type: format.media_type(),
            width,
        };
        let files = PhotoFormat::ALL.into_iter();
        let files = files.flat_map(|format| photo.widths().map(move |width| (width, format)));
        Self {
            url: format!("{site_url}{}", largest(photo)),
            alt: &photo.alt,
            width: photo.width,
            height: photo.height,
            sources: files.map(|(width, format)| source(width, format)).collect(),
        }
    }
}

/// The schema of a listing's photos.
pub(super) fn photos_schema() -> Schema {
    let list = ArrayBuilder::new().items(photo_schema()).max_items(Some(Photos::MAX));
    list.title(Some("Photos. RESO Data Dictionary 2.0: Media.")).into()
}

fn photo_schema() -> ObjectBuilder {
    let uri = || string().format(Some(SchemaFormat::Custom("uri".to_owned())));
    let pixels = |most| {
        let number = ObjectBuilder::new().schema_type(Type::Integer);
        number.minimum(Some(1)).maximum(Some(most))
    };
    let [.., widest] = Photo::WIDTHS;
    let formats = PhotoFormat::ALL.map(PhotoFormat::media_type);
    let source = ObjectBuilder::new()
        .property("url", uri())
        .required("url")
        .property("type", string().enum_values(Some(formats)))
        .required("type")
        .property("width", pixels(widest))
        .required("width");
    ObjectBuilder::new()
        .description(Some("A photo; `url` is its largest JPEG file, of `width` and `height`."))
        .property("url", uri())
        .required("url")
        .property("alt", string().max_length(Some(Photo::MAX_ALT)))
        .required("alt")
        .property("width", pixels(widest))
        .required("width")
        .property("height", pixels(Photo::MAX_HEIGHT))
        .required("height")
        .property("sources", ArrayBuilder::new().items(source))
        .required("sources")
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}
