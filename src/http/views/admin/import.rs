//! The pages of an import from a file.

use askama::Template;

use super::excerpt::excerpts;
use crate::domain::{Fact, FactKind, FieldErrors, ImportRecord, ImportSample, Photos, UploadId};
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::services::fixtures::{Found, RowError};
use crate::services::{MAX_UPLOAD_BYTES, Preview, Unread};

/// The form for uploading a file.
#[derive(Template)]
#[template(path = "admin/import.html")]
pub(in crate::http) struct ImportPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) errors: FieldErrors,
    /// Imports that can be undone.
    pub(in crate::http) recent: Vec<ImportRecord>,
    /// The state of the list to return to.
    pub(in crate::http) filters: String,
}

impl ImportPage {
    fn megabytes(&self) -> usize {
        MAX_UPLOAD_BYTES >> 20
    }
}

/// The preview of an import.
#[derive(Template)]
#[template(path = "admin/import_preview.html")]
pub(in crate::http) struct ImportPreviewPage {
    frame: Frame,
    id: UploadId,
    file_name: String,
    found: Option<Found>,
    /// The errors, row by row.
    errors: Vec<RowError>,
    samples: Vec<SampleView>,
    notice: Option<String>,
    /// What the file is, if it has no listings.
    other: Option<String>,
    /// The state of the list to return to.
    filters: String,
}

/// The effect of an import on a row.
struct SampleView {
    sample: ImportSample,
    /// Each fact that would change, with excerpts of both values.
    changes: Vec<(&'static Fact, String, String)>,
}

impl ImportPreviewPage {
    /// The page; `refused` says why an import of the file was refused.
    pub(in crate::http) fn new(
        frame: Frame,
        id: UploadId,
        preview: Preview,
        refused: Option<String>,
        filters: String,
    ) -> Self {
        let (found, errors, other) = match preview.found {
            Ok(found) => (Some(Found::clone(&found)), found.refused.errors, None),
            Err(Unread::Invalid(errors)) => (None, errors, None),
            Err(Unread::Other(text)) => (None, Vec::new(), Some(text)),
            // Its columns are chosen first.
            Err(Unread::Unclear(_)) => (None, Vec::new(), None),
        };
        let stopped = found.as_ref().is_some_and(|found| found.refused.stopped);
        let samples = found.as_ref().map_or(&[][..], |found| &found.samples);
        let notice = refused.map(|reason| match stopped {
            true => "Nothing was imported because too many rows are invalid.".to_owned(),
            false => reason,
        });
        let samples = samples.iter().map(sample_view).collect();
        Self {
            frame,
            id,
            file_name: preview.file_name,
            samples,
            found,
            errors,
            other,
            filters,
            notice,
        }
    }

    /// Whether the file can be imported, at least in part: its header is valid, and it was read to its end.
    pub(in crate::http) fn is_importable(&self) -> bool {
        let found = self.found.as_ref();
        found.is_some_and(|found| !found.refused.stopped)
    }
}

fn sample_view(sample: &ImportSample) -> SampleView {
    let changes = sample.changes.iter().map(|change| {
        let (before, after) = match change.fact.kind {
            FactKind::Photos => Photos::compared(&change.before, &change.after),
            _ => excerpts(&change.before, &change.after),
        };
        (change.fact, before, after)
    });
    SampleView { changes: changes.collect(), sample: sample.clone() }
}

/// The number of rows that change something.
fn works(found: &Found) -> i64 {
    found.comparison.added + found.comparison.changed
}

/// Whether the listings that the file does not have can be withdrawn: it has no invalid rows, whose listings would be too.
fn withdraws(found: &Found) -> bool {
    found.missing.0 > 0 && found.refused.rows == 0
}

/// How many invalid rows are not named.
fn unnamed(found: &Found) -> u64 {
    let named = u64::try_from(found.refused.named()).unwrap_or(u64::MAX);
    found.refused.rows.saturating_sub(named)
}
