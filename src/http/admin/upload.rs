//! Files that staff send, read with limits, and only once the form's security token is known to be right.
//!
//! **Invariant:** nothing of a file is read into memory before its token is checked, and never more than the limit.

use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _};

use crate::http::AppError;
use crate::http::csrf::{is_foreign, is_own};
use crate::http::forms::{REFUSAL, refused};
use crate::http::staff::Staff;

/// How long a client may take for each piece of a body.
const PIECE_TIMEOUT: Duration = Duration::from_secs(20);
/// How long it may take for all of them.
const TIMEOUT: Duration = Duration::from_secs(300);
/// The most fields that a form may have.
const MAX_FIELDS: usize = 8;
/// The most bytes of a field that is no file.
const MAX_FIELD_BYTES: usize = 1024;
/// The most characters of a file's name.
const MAX_NAME_CHARS: usize = 255;
/// A browser that is still sending sees no answer, so what is too large is read to its end, up to so many times the limit.
const DRAINED: usize = 4;

/// What came with a form.
pub(super) enum Sent {
    /// A file.
    File {
        /// What it is called, without its folders.
        name: String,
        /// Its bytes.
        content: Vec<u8>,
    },
    /// A file that is larger than allowed.
    TooLarge,
    /// No file.
    Nothing,
    /// A form of a page of this site with a wrong token, usually the one of an earlier login. No file of it is kept.
    Outdated,
}

/// Reads a form whose first field is the token, and the field `file` of it.
///
/// # Errors
/// [`AppError::Forbidden`] where the token is wrong or not the first field and a page of another site may have sent the form, [`AppError::BadRequest`] for what is no such
/// form, and [`AppError::TooSlow`].
pub(super) async fn receive(
    staff: &Staff,
    request: &HttpRequest,
    parts: Multipart,
    limit: usize,
) -> Result<Sent, AppError> {
    let reading = read(staff, request, parts, limit);
    let read = tokio::time::timeout(TIMEOUT, reading).await;
    read.map_err(|_| AppError::TooSlow)?
}

async fn read(
    staff: &Staff,
    request: &HttpRequest,
    mut parts: Multipart,
    limit: usize,
) -> Result<Sent, AppError> {
    let mut sent = Sent::Nothing;
    let mut count = 0;
    while let Some(mut field) = next(&mut parts).await? {
        count += 1;
        let name = field.name().unwrap_or_default().to_owned();
        if count == 1 {
            if token_of(staff, request, &mut field).await? == Token::Outdated {
                sent = Sent::Outdated;
            }
        } else if count > MAX_FIELDS {
            return Err(bad("it has too many fields"));
        } else if matches!(sent, Sent::Outdated) {
            // It is read, because a browser that is still sending sees no answer, and not kept.
            file(field, 0, limit).await?;
        } else if name == "file" && matches!(sent, Sent::Nothing) {
            sent = file(field, limit, limit).await?;
        } else if name == "file" {
            return Err(bad("it contains more than one file"));
        } else {
            small(&mut field, MAX_FIELD_BYTES).await?;
        }
    }
    match count {
        0 => Err(AppError::Forbidden(REFUSAL)),
        _ => Ok(sent),
    }
}

/// Whether the first field of a form is the token of its sender's session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Right,
    /// Another one, in a form of a page of this site.
    Outdated,
}

/// Reads the first field of a form.
///
/// # Errors
/// [`AppError::Forbidden`] where it is not the token and a page of another site may have sent the form.
pub(super) async fn token_of(
    staff: &Staff,
    request: &HttpRequest,
    field: &mut Field,
) -> Result<Token, AppError> {
    let token = match field.name() {
        Some("csrf_token") => small(field, MAX_FIELD_BYTES).await?,
        _ => Bytes::new(),
    };
    let token = std::str::from_utf8(&token).unwrap_or_default();
    match staff.sent_token(token) {
        true if !is_foreign(request) => Ok(Token::Right),
        false if is_own(request) => Ok(Token::Outdated),
        _ => Err(refused(request)),
    }
}

/// Reads a file, and keeps at most so many of its bytes.
async fn file(mut field: Field, kept: usize, limit: usize) -> Result<Sent, AppError> {
    let disposition = field.content_disposition();
    let name = file_name(disposition.and_then(|found| found.get_filename()));
    let mut content = Vec::new();
    let mut length = 0;
    while let Some(piece) = next(&mut field).await? {
        length += piece.len();
        if length <= kept {
            content.extend_from_slice(&piece);
        } else {
            content = Vec::new();
        }
        if length > limit.saturating_mul(DRAINED) {
            break;
        }
    }
    Ok(if length > limit { Sent::TooLarge } else { Sent::File { name, content } })
}

/// A file's name without the folders that some programs send, and without what no name has.
pub(super) fn file_name(sent: Option<&str>) -> String {
    let name = sent.unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    match name.trim() {
        "" => "the file".to_owned(),
        name => name.chars().take(MAX_NAME_CHARS).collect(),
    }
}

/// Reads a field that is no file.
pub(super) async fn small(field: &mut Field, limit: usize) -> Result<Bytes, AppError> {
    let bytes = tokio::time::timeout(PIECE_TIMEOUT, field.bytes(limit)).await;
    let bytes = bytes.map_err(|_| AppError::TooSlow)?;
    let bytes = bytes.map_err(|_| bad("one of its fields is too long"))?;
    bytes.map_err(|err| bad(&err.to_string()))
}

/// The next of a form's fields, or of a field's pieces.
pub(super) async fn next<T>(
    parts: &mut (impl Stream<Item = Result<T, MultipartError>> + Unpin),
) -> Result<Option<T>, AppError> {
    let next = tokio::time::timeout(PIECE_TIMEOUT, parts.next()).await;
    let next = next.map_err(|_| AppError::TooSlow)?;
    next.transpose().map_err(|err| bad(&err.to_string()))
}

pub(super) fn bad(reason: &str) -> AppError {
    AppError::BadRequest(format!(
        "The form can’t be read: {reason}. Send it as multipart/form-data, with csrf_token as the first field."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_its_name_alone() {
        for (sent, name) in [
            (Some("homes.csv"), "homes.csv"),
            (Some("../../etc/passwd"), "passwd"),
            (Some("C:\\Users\\ada\\homes.csv"), "homes.csv"),
            (Some("a\0b\n.csv"), "ab.csv"),
            (Some("folder/"), "the file"),
            (None, "the file"),
        ] {
            assert_eq!(file_name(sent), name);
        }
        assert_eq!(file_name(Some(&"é".repeat(300))).chars().count(), 255);
    }
}
