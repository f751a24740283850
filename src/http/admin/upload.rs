//! Reads files that staff upload, with limits, and only after checking the form's security token.
//!
//! **Invariant:** no part of a file is read into memory before its token is checked, and never more than the limit.

use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _};

use crate::http::AppError;
use crate::http::csrf::{is_foreign, is_own};
use crate::http::forms::{REFUSAL, refused};
use crate::http::staff::Staff;

/// The time limit for each piece of a body.
const PIECE_TIMEOUT: Duration = Duration::from_secs(20);
/// The time limit for the whole body.
const TIMEOUT: Duration = Duration::from_secs(300);
/// The maximum number of fields of a form.
const MAX_FIELDS: usize = 8;
/// The maximum length of a field that is not a file, in bytes.
const MAX_FIELD_BYTES: usize = 1024;
/// The maximum length of a file's name, in characters.
const MAX_NAME_CHARS: usize = 255;
/// How much of a too large file is read at most, as a multiple of the limit. A browser sees the response only after it
/// has sent the file.
const DRAINED: usize = 4;

/// The result of reading a form.
pub(super) enum Sent {
    /// A file.
    File {
        /// The file's name, without folders.
        name: String,
        /// The file's bytes.
        content: Vec<u8>,
    },
    /// A file that is larger than allowed.
    TooLarge,
    /// No file.
    Nothing,
    /// The form has a wrong token, usually from an earlier login, and a page of this site sent it. The file is not
    /// kept.
    Outdated,
}

/// Reads the token, which must be the first field of a form, and the field `file`.
///
/// # Errors
/// [`AppError::Forbidden`] if the token is wrong or not the first field and another site's page may have sent the form,
/// [`AppError::BadRequest`] for an invalid form, and [`AppError::TooSlow`].
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
            // The file is read, because a browser sees no response while it is sending, but it is not kept.
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

/// The result of checking a form's first field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Right,
    /// The token is another one, and a page of this site sent the form.
    Outdated,
}

/// Checks the first field of a form.
///
/// # Errors
/// [`AppError::Forbidden`] if it is not the token and another site's page may have sent the form.
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

/// Reads a file, and keeps at most the first `kept` bytes.
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

/// A file's name without the folders that some programs send, and without characters that are not allowed in names.
pub(super) fn file_name(sent: Option<&str>) -> String {
    let name = sent.unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    match name.trim() {
        "" => "the file".to_owned(),
        name => name.chars().take(MAX_NAME_CHARS).collect(),
    }
}

/// Reads a field that is not a file.
pub(super) async fn small(field: &mut Field, limit: usize) -> Result<Bytes, AppError> {
    let bytes = tokio::time::timeout(PIECE_TIMEOUT, field.bytes(limit)).await;
    let bytes = bytes.map_err(|_| AppError::TooSlow)?;
    let bytes = bytes.map_err(|_| bad("one of its fields is too long"))?;
    bytes.map_err(|err| bad(&err.to_string()))
}

/// The next field of a form, or the next piece of a field.
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
