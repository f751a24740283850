//! Serves the files of photos. Their names depend on the content, so browsers can cache them for ever.

use actix_files::NamedFile;
use actix_web::http::header::{self, EntityTag, HeaderValue, IfNoneMatch};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};

use super::{Answer, AppError};
use crate::domain::{PhotoFile, PhotoHash};
use crate::media::Opened;
use crate::services::Services;

/// Files up to this size are read at once; reading a larger one would delay other requests.
const READ_AT_ONCE: u64 = 1024 * 1024;

/// `GET /media/{hash}/{width}.webp` and `.jpg`. Only a path of exactly this form reaches the store.
pub(super) async fn show(request: HttpRequest, services: web::Data<Services>) -> Answer {
    let path = request.path().strip_prefix("/media/");
    let file = path.and_then(PhotoFile::parse).ok_or(AppError::NotFound)?;
    let tag = EntityTag::new_strong(format!(
        "{}-{}",
        &file.hash.as_str()[..PhotoHash::DIGITS / 2],
        file.width
    ));
    let known = match request.get_header() {
        Some(IfNoneMatch::Any) => true,
        Some(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        None => false,
    };
    let opened = services.gallery.open(&file).await?.ok_or(AppError::NotFound)?;
    let media_type = HeaderValue::from_static(file.format.media_type());
    let mut response = match opened {
        Opened::Local(path) => {
            let found = NamedFile::open(path).map_err(|_| AppError::NotFound)?;
            match known {
                true => HttpResponse::NotModified().finish(),
                false => found
                    .use_etag(false)
                    .use_last_modified(false)
                    .disable_content_disposition()
                    .read_mode_threshold(READ_AT_ONCE)
                    .into_response(&request),
            }
        }
        Opened::Remote(..) if known => HttpResponse::NotModified().finish(),
        Opened::Remote(bytes, pieces) => {
            let body = actix_web::body::SizedStream::new(bytes, pieces);
            HttpResponse::Ok().body(body)
        }
    };
    let headers = response.headers_mut();
    if !known {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    if let Ok(tag) = HeaderValue::try_from(tag.to_string()) {
        headers.insert(header::ETAG, tag);
    }
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(header::CACHE_CONTROL, forever);
    Ok(response)
}
