//! The data of the templates in `templates/admin/`.

mod accounts;
mod alerts;
mod conflict;
mod diff;
mod enquiries;
mod entries;
mod excerpt;
mod history;
mod import;
mod import_columns;
mod jobs;
mod list;
mod listings;
mod overview;
mod photos;

pub(in crate::http) use accounts::{
    AccountHistoryPage, LoginPage, LoginsPage, PasswordPage, ResetPage, ResetStep, SessionsPage,
    UserDeletePage, UserFormPage, UserListPage, UserPasswordPage,
};
pub(in crate::http) use alerts::AlertsPage;
pub(in crate::http) use conflict::{ConflictPage, ConflictState};
pub(in crate::http) use enquiries::EnquiriesPage;
pub(in crate::http) use entries::{EntryView, changes_to};
pub(in crate::http) use history::{
    HistoryListPage, HistoryPage, RestoreGonePage, RestorePage, UndoPage,
};
pub(in crate::http) use import::{ImportPage, ImportPreviewPage};
pub(in crate::http) use import_columns::ImportColumnsPage;
pub(in crate::http) use jobs::JobsPage;
pub(in crate::http) use list::{ListPage, SUGGESTED, parts};
pub(in crate::http) use listings::{
    BulkAction, BulkPage, DeletePage, FormPage, FramedFormPage, ViewPage,
};
pub(in crate::http) use overview::OverviewPage;
pub(in crate::http) use photos::{PhotosPage, digest_of};
