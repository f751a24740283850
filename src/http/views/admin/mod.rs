//! `templates/admin/`

mod accounts;
mod bulk;
mod conflict;
mod deletion;
mod diff;
mod entries;
mod excerpt;
mod form;
mod history;
mod import;
mod list;
mod sessions;
mod typed;
mod users;

pub(in crate::http) use accounts::{LoginPage, PasswordPage};
pub(in crate::http) use bulk::{BulkAction, BulkPage};
pub(in crate::http) use conflict::{ConflictPage, ConflictState};
pub(in crate::http) use deletion::DeletePage;
pub(in crate::http) use entries::EntryView;
pub(in crate::http) use form::{FormPage, SUGGESTED, ViewPage};
pub(in crate::http) use history::{
    HistoryListPage, HistoryPage, OverviewPage, RestoreGonePage, RestorePage, UndoPage,
};
pub(in crate::http) use import::{ImportPage, ImportPreviewPage};
pub(in crate::http) use list::ListPage;
pub(in crate::http) use sessions::{LoginsPage, SessionsPage};
pub(in crate::http) use users::{
    AccountHistoryPage, UserDeletePage, UserFormPage, UserListPage, UserPasswordPage,
};
