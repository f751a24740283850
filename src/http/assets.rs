//! Static files: names that carry the content's hash, so that browsers keep them for good.

use std::path::{Path, PathBuf};

use actix_files::NamedFile;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::AppError;

/// Each file's name and its name with the content's hash, as `build.rs` found them.
const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/static_files.in"));

/// The address of a static file.
pub(super) fn url(name: &str) -> String {
    let file = FILES.iter().find(|(plain, _)| *plain == name);
    format!("/static/{}", file.map_or(name, |(_, hashed)| hashed))
}

/// The folder of static files: beside where the program runs, beside the program, or where it was built.
pub(super) fn folder() -> PathBuf {
    let program = std::env::current_exe().ok();
    let beside = program
        .iter()
        .flat_map(|path| path.ancestors().skip(1).take(4));
    let places = [Path::new(".")].into_iter().chain(beside);
    let found = places
        .map(|place| place.join("static"))
        .find(|path| path.join("site.css").is_file());
    found.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("static"))
}

/// `GET /static/{name}`: by its hashed name for a year, by its plain name with a validator.
pub(super) async fn show(
    request: HttpRequest,
    name: web::Path<String>,
    folder: web::Data<PathBuf>,
) -> Result<HttpResponse, AppError> {
    let wanted = name.into_inner();
    let file = FILES
        .iter()
        .find(|(plain, hashed)| *plain == wanted || *hashed == wanted);
    // Only names of the build's own list reach the file system.
    let (plain, hashed) = file.ok_or(AppError::NotFound)?;
    let file = NamedFile::open(folder.join(plain)).map_err(|_| AppError::NotFound)?;
    let mut response = file.into_response(&request);
    let lifetime = match wanted == *hashed {
        true => "public, max-age=31536000, immutable",
        false => "public, no-cache",
    };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(lifetime));
    Ok(response)
}
