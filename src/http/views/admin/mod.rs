//! `templates/admin/`

mod accounts;
mod bulk;
mod deletion;
mod excerpt;
mod form;
mod history;
mod import;
mod list;
mod sessions;
mod users;

pub(in crate::http) use accounts::{LoginPage, PasswordPage};
pub(in crate::http) use bulk::{BulkAction, BulkPage};
pub(in crate::http) use deletion::DeletePage;
pub(in crate::http) use form::{ConflictPage, FormPage};
pub(in crate::http) use history::{HistoryPage, OverviewPage};
pub(in crate::http) use import::{ImportPage, ImportPreviewPage};
pub(in crate::http) use list::ListPage;
pub(in crate::http) use sessions::{LoginsPage, SessionsPage};
pub(in crate::http) use users::{
    AccountHistoryPage, UserDeletePage, UserFormPage, UserListPage, UserPasswordPage,
};
