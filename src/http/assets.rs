//! Static files. Their names contain a hash of the content, or the version of a third-party package, so that browsers
//! can cache them for ever. Texts are compressed once.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use actix_files::NamedFile;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::AppError;
use super::negotiation::{AcceptedEncodings, representation};
use crate::cache::StoredPage;

/// The names of the files, without and with the content's hash, as `build.rs` found them.
const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/static_files.in"));

/// The folder of third-party files, whose subfolders contain version numbers.
const VENDOR: &str = "vendor/";

/// The URL of a static file. Third-party files are named by version, so that style sheets can contain their URLs.
pub(super) fn url(name: &str) -> String {
    let hashed = |(plain, _): &&(&str, &str)| *plain == name && !name.starts_with(VENDOR);
    let file = FILES.iter().find(hashed);
    format!("/static/{}", file.map_or(name, |(_, hashed)| hashed))
}

/// The folder of static files: in the working directory, next to the program, or in the build directory.
pub(super) fn folder() -> PathBuf {
    let program = std::env::current_exe().ok();
    let beside = program.iter().flat_map(|path| path.ancestors().skip(1).take(4));
    let places = [Path::new(".")].into_iter().chain(beside);
    let found =
        places.map(|place| place.join("static")).find(|path| path.join("site.css").is_file());
    found.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("static"))
}

/// The static files of a site.
#[derive(Debug)]
pub(super) struct Assets {
    folder: PathBuf,
    /// The texts among [`FILES`]; each is read at its first request.
    texts: Vec<OnceLock<StoredPage>>,
}

impl Assets {
    /// The static files in a folder.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, texts: FILES.iter().map(|_| OnceLock::new()).collect() }
    }

    /// A text with its compressed forms; `None` for a file that is not a text.
    async fn text(&self, at: usize) -> Result<Option<&StoredPage>, AppError> {
        let ((plain, _), text) = (FILES[at], &self.texts[at]);
        let Some(content_type) = text_type(plain) else {
            return Ok(None);
        };
        if let Some(text) = text.get() {
            return Ok(Some(text));
        }
        let body = tokio::fs::read(self.folder.join(plain)).await;
        let body = body.map_err(|_| AppError::NotFound)?;
        let content_type = HeaderValue::from_static(content_type);
        Ok(Some(text.get_or_init(|| StoredPage::new(content_type, body.into()))))
    }
}

/// The media type of a file that is worth compressing.
fn text_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

/// `GET /static/{name}`: cacheable for a year under a name that changes with the content, otherwise with a validator.
pub(super) async fn show(
    request: HttpRequest,
    name: web::Path<String>,
    assets: web::Data<Assets>,
) -> Result<HttpResponse, AppError> {
    let wanted = name.into_inner();
    let file = FILES.iter().position(|(plain, hashed)| *plain == wanted || *hashed == wanted);
    // Only names in the build's list reach the file system.
    let at = file.ok_or(AppError::NotFound)?;
    let (plain, hashed) = FILES[at];
    let mut response = match assets.text(at).await? {
        Some(text) => {
            let headers = request.headers();
            let mut response = representation(text, headers, AcceptedEncodings::of(headers));
            let vary = HeaderValue::from_static("Accept-Encoding");
            response.headers_mut().insert(header::VARY, vary);
            response
        }
        None => {
            let file = NamedFile::open(assets.folder.join(plain));
            let file = file.map_err(|_| AppError::NotFound)?;
            file.prefer_utf8(true).into_response(&request)
        }
    };
    let lifetime = match wanted == hashed || plain.starts_with(VENDOR) {
        true => "public, max-age=31536000, immutable",
        false => "public, no-cache",
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lifetime));
    Ok(response)
}
