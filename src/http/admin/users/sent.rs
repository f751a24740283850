//! A form of an account as it was sent.

use super::list_address;
use crate::domain::{FieldErrors, NewAccount, Permissions, UserForm, UserId, Username};
use crate::http::AppError;
use crate::http::admin::new_password::new_password;
use crate::http::forms::{Fields, SentForm};
use crate::http::staff::Staff;
use crate::http::views::admin::UserFormPage;

/// The fields of a new password.
pub(super) const PASSWORDS: [&str; 2] = ["password1", "password2"];

/// A form as it was sent.
pub(super) struct Sent {
    fields: Fields,
    pub(super) form: UserForm,
    /// The account whose form it is; `None` for one that is to be added.
    id: Option<UserId>,
    /// Whether it was opened before the current login, so that it is only shown again.
    pub(super) is_outdated: bool,
}

impl Sent {
    pub(super) fn of(form: SentForm, id: Option<UserId>) -> Self {
        let (fields, is_outdated) = form.into_parts();
        let form = UserForm {
            username: fields.get("username").to_owned(),
            email: fields.get("email").to_owned(),
            is_active: fields.has("is_active"),
            is_staff: fields.has("is_staff"),
            is_superuser: fields.has("is_superuser"),
            permissions: Permissions::named(fields.all("permissions")),
        };
        Self { fields, form, id, is_outdated }
    }

    /// The version that the form showed. A script that sends none changes the account as it is now.
    pub(super) fn version(&self) -> Option<&str> {
        let sent = self.fields.has("version");
        sent.then(|| self.fields.get("version"))
    }

    /// The new account that the form says, with its password.
    pub(super) fn account(&self) -> Result<NewAccount, FieldErrors> {
        let form = &self.form;
        let standing = form.parse();
        let wrong = standing.as_ref().err().cloned().unwrap_or_default();
        let name = Username::from_database(form.username.trim().to_owned());
        let password = new_password(&self.fields, PASSWORDS, (&name, &form.email), wrong)?;
        Ok(NewAccount { standing: standing?, password })
    }

    /// The form to be shown again, with everything that was sent but for passwords.
    pub(super) fn again(&self, staff: &Staff) -> Result<UserFormPage, AppError> {
        let form = self.form.clone();
        let page = match self.id {
            Some(id) => UserFormPage::change(staff.frame()?, id, form, id == staff.id),
            None => UserFormPage::add(staff.frame()?, form),
        };
        let page = page.with_filters(list_address::filters(&self.fields));
        Ok(page.with_version(self.version().unwrap_or_default()))
    }

    /// The same as the form of a new account, for one that was deleted meanwhile.
    pub(super) fn as_new(&self, staff: &Staff) -> Result<UserFormPage, AppError> {
        let page = UserFormPage::add(staff.frame()?, self.form.clone());
        Ok(page.with_filters(list_address::filters(&self.fields)))
    }

    /// Where the browser goes after a save: Django's three buttons.
    pub(super) fn next(&self, UserId(id): UserId) -> String {
        let has = |name| self.fields.has(name);
        let address = match (has("_addanother"), has("_continue")) {
            (true, _) => "/admin/users/add/".to_owned(),
            (_, true) => format!("/admin/users/{id}/change/"),
            _ => return list_address::list_address(&self.fields),
        };
        list_address::keeping(&address, &self.fields)
    }
}
