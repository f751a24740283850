//! Reads a form with photos. Each file is written to the disk and becomes a photo before the next one is read, so that
//! no file is held in memory.

use std::fs::File;
use std::io::Write as _;
use std::time::Duration;

use actix_multipart::{Field, Multipart};
use actix_web::HttpRequest;
use actix_web::web::Bytes;

use crate::domain::{Photo, PhotoHash, Photos};
use crate::http::AppError;
use crate::http::admin::upload::{Token, bad, file_name, next, small, token_of};
use crate::http::forms::{Fields, REFUSAL};
use crate::http::staff::Staff;
use crate::media::{MAX_BYTES, MediaError};

/// The time limit for reading a form.
const TIMEOUT: Duration = Duration::from_secs(60 * 60);
/// The maximum number of fields: a description, a replacement and a new file for each photo, and the others.
const MAX_FIELDS: usize = 3 * Photos::MAX + 60;
/// The maximum length of a field that is not a file, in bytes.
const MAX_FIELD_BYTES: usize = 4096;
/// How much of a file is read at most, in bytes. A browser sees the response only after it has sent the file.
const DRAINED: u64 = 4 * MAX_BYTES;

/// The content of a form.
#[derive(Default)]
pub(super) struct Received {
    pub(super) fields: Fields,
    /// New photos, in the order of their files.
    pub(super) added: Vec<Photo>,
    /// New photos that replace others.
    pub(super) replaced: Vec<(PhotoHash, Photo)>,
    /// The refused files, each with its name and the reason.
    pub(super) problems: Vec<String>,
    /// Whether the form's token is wrong, usually from an earlier login. None of its files is stored.
    pub(super) is_outdated: bool,
}

impl Received {
    /// The typed description of each photo.
    pub(super) fn alts(&self) -> Vec<(String, String)> {
        let names = self.fields.names().filter_map(|name| name.strip_prefix("alt_"));
        names
            .map(|hash| (hash.to_owned(), self.fields.get(&format!("alt_{hash}")).to_owned()))
            .collect()
    }
}

/// Reads a form whose first field is the token.
///
/// # Errors
/// The errors of [`token_of`], [`AppError::BadRequest`] for an invalid form, and failures of the store of photos.
pub(super) async fn receive(
    staff: &Staff,
    request: &HttpRequest,
    parts: Multipart,
) -> Result<Received, AppError> {
    let read = tokio::time::timeout(TIMEOUT, read(staff, request, parts)).await;
    read.map_err(|_| AppError::TooSlow)?
}

async fn read(
    staff: &Staff,
    request: &HttpRequest,
    mut parts: Multipart,
) -> Result<Received, AppError> {
    let mut received = Received::default();
    let Some(mut first) = next(&mut parts).await? else {
        return Err(AppError::Forbidden(REFUSAL));
    };
    received.is_outdated = token_of(staff, request, &mut first).await? == Token::Outdated;
    drop(first);
    let (mut fields, mut count) = (Vec::new(), 0);
    while let Some(mut field) = next(&mut parts).await? {
        count += 1;
        if count > MAX_FIELDS {
            return Err(bad("it has too many fields"));
        }
        let name = field.name().unwrap_or_default().to_owned();
        let replaces = name.strip_prefix("replace_").and_then(PhotoHash::parse);
        if name != "photos" && replaces.is_none() {
            let value = small(&mut field, MAX_FIELD_BYTES).await?;
            fields.push((name, String::from_utf8_lossy(&value).into_owned()));
            continue;
        }
        let disposition = field.content_disposition();
        let called = file_name(disposition.and_then(|found| found.get_filename()));
        let is_full = received.added.len() >= Photos::MAX;
        let (file, length) = to_disk(field, received.is_outdated || is_full).await?;
        // A file field without a chosen file is empty.
        let is_chosen = length > 0 || called != NAMELESS;
        if received.is_outdated || !is_chosen {
            continue;
        }
        if is_full {
            received
                .problems
                .push(format!("“{called}”: A listing has at most {} photos.", Photos::MAX));
            continue;
        }
        match (staff.services.gallery.add(file).await, replaces) {
            (Ok(photo), None) => received.added.push(photo),
            (Ok(photo), Some(hash)) => received.replaced.push((hash, photo)),
            (Err(MediaError::Refused(refusal)), _) => {
                received.problems.push(format!("“{called}”: {refusal}"));
            }
            (Err(err), _) => return Err(AppError::Service(err.into())),
        }
    }
    received.fields = Fields::of(fields);
    Ok(received)
}

/// The name of a file that was sent without one.
const NAMELESS: &str = "the file";

/// Writes a file to an unnamed temporary file, up to one byte more than is allowed. Also returns its length.
async fn to_disk(mut field: Field, is_dropped: bool) -> Result<(File, u64), AppError> {
    let failed = |err: std::io::Error| AppError::Fault(format!("an upload can't be stored: {err}"));
    let mut file = tempfile::tempfile().map_err(failed)?;
    let mut length = 0_u64;
    while let Some(piece) = next::<Bytes>(&mut field).await? {
        let room = (MAX_BYTES + 1).saturating_sub(length);
        let kept = piece.len().min(usize::try_from(room).unwrap_or(0));
        if kept > 0 && !is_dropped {
            // A piece has at most 64 KiB, which the system buffers.
            file.write_all(&piece[..kept]).map_err(failed)?;
        }
        length += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        if length > DRAINED {
            break;
        }
    }
    Ok((file, length))
}
