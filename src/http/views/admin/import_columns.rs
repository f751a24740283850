//! The columns of a file: what each is read as.

use askama::Template;

use crate::domain::{FACTS, Fact, FieldErrors, REQUIRED, UploadId};
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::services::fixtures::{Choices, Columns, DateOrder, DecimalSign, targets};

/// The columns, with three values of each and the field that it is read as.
#[derive(Template)]
#[template(path = "admin/import_columns.html")]
pub(in crate::http) struct ImportColumnsPage {
    frame: Frame,
    id: UploadId,
    file_name: String,
    /// What the file leaves open.
    questions: Vec<String>,
    columns: Vec<ColumnView>,
    required: Vec<RequiredView>,
    decimal: Option<DecimalSign>,
    date_order: Option<DateOrder>,
    encoding: String,
    errors: FieldErrors,
    /// The state of the list to return to.
    filters: String,
}

struct ColumnView {
    name: String,
    samples: Vec<String>,
    /// The field that it is read as.
    field: Option<&'static str>,
    /// Whether it names photos whose files did not come with the file.
    lacks_photos: bool,
}

/// A fact that every listing has.
struct RequiredView {
    fact: &'static Fact,
    /// Whether a column is read as it.
    has_column: bool,
    /// The column that is also read as it.
    from: String,
    value: String,
}

/// Encodings that are offered beside the detected one.
const ENCODINGS: [&str; 6] =
    ["utf-8", "windows-1252", "windows-1250", "utf-16le", "utf-16be", "macintosh"];

impl ImportColumnsPage {
    pub(in crate::http) fn new(
        frame: Frame,
        id: UploadId,
        file_name: String,
        found: Columns,
        choices: &Choices,
        errors: FieldErrors,
        filters: String,
    ) -> Self {
        let fields = |at: usize| {
            let targets = found.targets.get(at).map_or(&[][..], Vec::as_slice);
            targets.iter().filter_map(|target| target.field()).collect::<Vec<_>>()
        };
        let shown = found.survey.columns.iter().enumerate();
        let shown = shown.filter(|(_, column)| !column.name.is_empty() && column.filled);
        let view = |(at, column): (usize, &crate::services::fixtures::Column)| ColumnView {
            name: column.name.clone(),
            samples: column.samples.clone(),
            field: fields(at).first().copied(),
            lacks_photos: found.survey.lacks_photos(column) && fields(at).is_empty(),
        };
        let columns: Vec<_> = shown.map(view).collect();
        let required = FACTS[..REQUIRED].iter().map(|fact| {
            let second = (0..found.targets.len())
                .find(|at| fields(*at).iter().skip(1).any(|name| *name == fact.name));
            let value = choices.default.iter().find(|(name, _)| name == fact.name);
            RequiredView {
                fact,
                has_column: columns.iter().any(|column| column.field == Some(fact.name)),
                from: second.map_or_else(String::new, |at| found.survey.columns[at].name.clone()),
                value: value.map_or_else(String::new, |(_, value)| value.clone()),
            }
        });
        let required = required.collect();
        let questions = found.unclear.map(|unclear| unclear.questions).unwrap_or_default();
        Self {
            frame,
            id,
            file_name,
            questions: questions.iter().map(ToString::to_string).collect(),
            columns,
            required,
            decimal: choices.decimal,
            date_order: choices.date_order,
            encoding: choices.encoding.clone().unwrap_or_default(),
            errors,
            filters,
        }
    }
}

/// The fields that a column may be read as, each with its label.
fn options() -> impl Iterator<Item = (&'static str, &'static str)> {
    targets().filter_map(Fact::named).map(|fact| (fact.name, fact.label))
}
