//! Photos: uploading, ordering, describing and removing them, their files, and the pages that show them.

mod changes;
mod files;
pub(crate) mod imported;
mod pages;
pub(crate) mod pictures;
mod store;
mod uploads;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::admin::imports::multipart;
use crate::harness::{App, Browser, Page};

const PHOTOS: &str = "/admin/properties/1/photos/";

/// Sends a form of the photos page: text fields, and files by the names of their fields.
async fn send(staff: &Browser, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Page {
    send_to(staff, PHOTOS, fields, files).await
}

/// Sends such a form for any listing.
pub(crate) async fn send_to(
    staff: &Browser,
    path: &str,
    fields: &[(&str, &str)],
    files: &[(&str, &str, &[u8])],
) -> Page {
    let token = staff.csrf_token().await;
    let mut parts: Vec<(&str, Option<&str>, &[u8])> = vec![("csrf_token", None, token.as_bytes())];
    parts.extend(fields.iter().map(|(name, value)| (*name, None, value.as_bytes())));
    parts.extend(files.iter().map(|(name, file, content)| (*name, Some(*file), *content)));
    let request = staff
        .request(Method::POST, path)
        .header(CONTENT_TYPE, "multipart/form-data; boundary=cut")
        .body(multipart(&parts));
    staff.send(request).await
}

/// Uploads files as new photos.
async fn upload(staff: &Browser, files: &[(&str, &[u8])]) -> Page {
    let files: Vec<_> = files.iter().map(|(name, content)| ("photos", *name, *content)).collect();
    send(staff, &[], &files).await
}

/// The names of the listing's photos in their order.
async fn hashes(app: &App) -> Vec<String> {
    let sql = "SELECT coalesce(string_agg(photo ->> 'hash', ',' ORDER BY at), '') FROM property, \
        jsonb_array_elements(photos) WITH ORDINALITY AS p (photo, at) WHERE id = 1";
    let names = app.sql(sql).await;
    names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The first listing as JSON.
async fn json(app: &App) -> serde_json::Value {
    app.get_json("/properties/1/").await
}
