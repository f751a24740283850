//! The page for a listing that two users edited: it shows both versions.

use askama::Template;

use super::diff::{Budget, Passage};
use crate::domain::{Author, ChangedBy, HistoryEntry, MergedField, PropertyId, Version};
use crate::http::views::filters;
use crate::http::views::frame::Frame;

/// The state of the conflict, besides the fields.
pub(in crate::http) struct ConflictState {
    pub(in crate::http) id: PropertyId,
    /// The stored version.
    pub(in crate::http) version: Version,
    /// The version on which the edit is based.
    pub(in crate::http) base_version: Version,
    pub(in crate::http) once: String,
    pub(in crate::http) filters: String,
    /// The author of the other change.
    pub(in crate::http) author: Author,
    /// The last change.
    pub(in crate::http) latest: Option<HistoryEntry>,
    pub(in crate::http) places: Vec<String>,
    /// The fields for which the user chose the other version and also edited their own.
    pub(in crate::http) contradictions: Vec<&'static str>,
}

/// The page with both versions.
#[derive(Template)]
#[template(path = "admin/conflict.html")]
pub(in crate::http) struct ConflictPage {
    frame: Frame,
    state: ConflictState,
    rows: Vec<ConflictRow>,
}

/// One field in both versions.
struct ConflictRow {
    field: MergedField,
    /// Who changed the field, in words.
    said: &'static str,
    /// The other user's changes to a long text.
    passages: Option<Vec<Passage>>,
    /// `theirs`, `both` or `mine`.
    choice: String,
    /// A digest that shows whether the text was edited.
    was: String,
    is_contradicted: bool,
}

impl ConflictPage {
    /// `digests` show for each field whether it was edited, `chosen` the earlier choices.
    pub(in crate::http) fn new(
        frame: Frame,
        state: ConflictState,
        fields: Vec<MergedField>,
        digests: Vec<String>,
        chosen: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let budget = Budget::new();
        let row = |(field, was): (MergedField, String)| ConflictRow {
            said: said(&field, &state.author),
            passages: field.base.as_deref().and_then(|base| budget.compare(base, &field.theirs)),
            choice: chosen(field.fact.name).unwrap_or_else(|| default_choice(&field).to_owned()),
            is_contradicted: state.contradictions.contains(&field.fact.name),
            field,
            was,
        };
        let rows = fields
            .into_iter()
            .zip(digests)
            .filter(|(field, _)| field.fact.kind.is_field())
            .map(row)
            .collect();
        Self { frame, state, rows }
    }

    /// Whether the user has to choose.
    fn has_conflicts(&self) -> bool {
        self.rows.iter().any(|row| row.field.changed_by == ChangedBy::Both)
    }

    fn headline(&self) -> String {
        self.state.author.said("changed", "listing")
    }

    fn is_contradicted(&self) -> bool {
        self.rows.iter().any(|row| row.is_contradicted)
    }
}

fn default_choice(field: &MergedField) -> &'static str {
    match field.changed_by {
        ChangedBy::Them => "theirs",
        ChangedBy::Both if field.combined.is_some() => "both",
        ChangedBy::Both | ChangedBy::Me | ChangedBy::Neither => "mine",
    }
}

fn said(field: &MergedField, author: &Author) -> &'static str {
    let is_own = *author == Author::Own;
    match field.changed_by {
        ChangedBy::Neither => "Unchanged.",
        ChangedBy::Me if is_own => "Changed only in this form.",
        ChangedBy::Them if is_own => "Changed only in the other tab.",
        ChangedBy::Both if is_own && field.combined.is_some() => {
            "You changed this in both tabs, in different paragraphs. Both changes can be saved together."
        }
        ChangedBy::Both if is_own && field.base.is_some() => {
            "You changed this in both tabs. Choose one."
        }
        ChangedBy::Me => "Changed only by you.",
        ChangedBy::Them => "Changed only by the other user.",
        ChangedBy::Both if field.combined.is_some() => {
            "You both changed this, in different paragraphs. Both changes can be saved together."
        }
        ChangedBy::Both if field.base.is_some() => "You both changed this. Choose one.",
        ChangedBy::Both => "The versions differ. Choose one.",
    }
}
