//! Static files: names that carry the content's hash, or the version of whose they are, so that browsers keep them for
//! good. Texts are compressed once.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use actix_files::NamedFile;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::AppError;
use super::negotiation::{AcceptedEncodings, representation};
use crate::cache::StoredPage;

/// Each file's name and its name with the content's hash, as `build.rs` found them.
const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/static_files.in"));

/// Where the files are that others made, in folders that name their versions.
const VENDOR: &str = "vendor/";

/// The address of a static file. What others made is named by its version, which style sheets can name too.
pub(super) fn url(name: &str) -> String {
    let hashed = |(plain, _): &&(&str, &str)| *plain == name && !name.starts_with(VENDOR);
    let file = FILES.iter().find(hashed);
    format!("/static/{}", file.map_or(name, |(_, hashed)| hashed))
}

/// The folder of static files: beside where the program runs, beside the program, or where it was built.
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
    /// The texts among [`FILES`], each once it was asked for.
    texts: Vec<OnceLock<StoredPage>>,
}

impl Assets {
    /// Those of a folder.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, texts: FILES.iter().map(|_| OnceLock::new()).collect() }
    }

    /// A text with its compressed forms; `None` for what is not a text, and is compressed as it is.
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

/// The type of a file that is worth compressing.
fn text_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

/// `GET /static/{name}`: for a year by a name that changes with the content, else with a validator.
pub(super) async fn show(
    request: HttpRequest,
    name: web::Path<String>,
    assets: web::Data<Assets>,
) -> Result<HttpResponse, AppError> {
    let wanted = name.into_inner();
    let file = FILES.iter().position(|(plain, hashed)| *plain == wanted || *hashed == wanted);
    // Only names of the build's own list reach the file system.
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
