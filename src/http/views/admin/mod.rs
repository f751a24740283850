//! `templates/admin/`

mod accounts;
mod deletion;
mod form;
mod history;
mod list;
mod sessions;
mod users;

pub(in crate::http) use accounts::{LoginPage, PasswordPage};
pub(in crate::http) use deletion::{BulkDeletePage, DeletePage};
pub(in crate::http) use form::{ConflictPage, FormPage};
pub(in crate::http) use history::{HistoryPage, OverviewPage};
pub(in crate::http) use list::ListPage;
pub(in crate::http) use sessions::{LoginsPage, SessionsPage};
pub(in crate::http) use users::{
    AccountHistoryPage, UserDeletePage, UserFormPage, UserListPage, UserPasswordPage,
};
