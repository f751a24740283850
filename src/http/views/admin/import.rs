//! The pages of an import from a file.

use askama::Template;

use super::excerpt::excerpts;
use crate::domain::{Fact, FieldErrors, ImportSample, UploadId};
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::services::fixtures::{Found, RowError};
use crate::services::{LISTED_ROWS, MAX_UPLOAD_BYTES, Preview};

/// The form for uploading a file.
#[derive(Template)]
#[template(path = "admin/import.html")]
pub(in crate::http) struct ImportPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) errors: FieldErrors,
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
    notice: Option<&'static str>,
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
    /// The page; `refused` means that the import was tried and refused.
    pub(in crate::http) fn new(
        frame: Frame,
        id: UploadId,
        preview: Preview,
        refused: bool,
        filters: String,
    ) -> Self {
        let (found, errors) = match preview.found {
            Ok(found) => (Some(found.clone()), found.refused.errors),
            Err(errors) => (None, errors),
        };
        let stopped = found.as_ref().is_some_and(|found| found.refused.stopped);
        let samples = found.as_ref().map_or(&[][..], |found| &found.samples);
        Self {
            frame,
            id,
            file_name: preview.file_name,
            samples: samples.iter().map(sample_view).collect(),
            found,
            errors,
            filters,
            notice: refused.then_some(match stopped {
                true => "Nothing was imported because too many rows are invalid.",
                false => {
                    "Nothing was imported because some rows are invalid. Correct them, or import only the valid \
                    rows."
                }
            }),
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
        let (before, after) = excerpts(&change.before, &change.after);
        (change.fact, before, after)
    });
    SampleView { changes: changes.collect(), sample: sample.clone() }
}

/// The number of rows that change something.
fn works(found: &Found) -> i64 {
    found.comparison.added + found.comparison.changed
}

/// The number of invalid rows that are not listed.
fn unnamed(found: &Found) -> u64 {
    let named = u64::try_from(found.refused.named()).unwrap_or(u64::MAX);
    found.refused.rows.saturating_sub(named)
}
