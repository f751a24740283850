//! The pages of accounts, logins and passwords.

use askama::Template;

use crate::domain::{
    AccountEvent, FieldErrors, LoginEvent, LoginFilter, LoginKind, Password, Permission,
    SessionEntry, User, UserForm, UserId, UserQuery,
};
use crate::http::forms::Fields;
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::http::views::pager::Pager;
use crate::services::{ManageError, UserPage};

/// The login form.
#[derive(Default, Template)]
#[template(path = "admin/login.html")]
pub(in crate::http) struct LoginPage<'a> {
    pub(in crate::http) csrf_token: String,
    pub(in crate::http) username: &'a str,
    pub(in crate::http) next: &'a str,
    /// Whether the site sends mail for a new password.
    pub(in crate::http) can_reset: bool,
    pub(in crate::http) error: Option<&'static str>,
    /// The message about the previous action.
    pub(in crate::http) said: Option<&'static str>,
    /// The fields of a form that was submitted without a session.
    pub(in crate::http) kept: Vec<(&'static str, String)>,
}

/// The step of resetting a forgotten password.
pub(in crate::http) enum ResetStep {
    /// The form for the address.
    Address { email: String, errors: FieldErrors, notice: Option<&'static str> },
    /// The confirmation that a mail was sent, if there is an account.
    Sent,
    /// The form for the new password.
    Password { username: String, errors: FieldErrors, notice: Option<&'static str> },
    /// The link is not valid.
    Invalid,
    /// The password was set.
    Complete,
}

/// A page for a user who has forgotten their password.
#[derive(Template)]
#[template(path = "admin/password_reset.html")]
pub(in crate::http) struct ResetPage {
    pub(in crate::http) csrf_token: String,
    pub(in crate::http) step: ResetStep,
}

impl ResetPage {
    /// The title, in Django's words.
    fn title(&self) -> &'static str {
        match self.step {
            ResetStep::Address { .. } => "Password reset",
            ResetStep::Sent => "Password reset sent",
            ResetStep::Password { .. } => "Enter new password",
            ResetStep::Invalid => "Password reset unsuccessful",
            ResetStep::Complete => "Password reset complete",
        }
    }
}

/// The form for a user's own new password.
#[derive(Default, Template)]
#[template(path = "admin/password_change.html")]
pub(in crate::http) struct PasswordPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) errors: FieldErrors,
    /// Why the form is shown again.
    pub(in crate::http) notice: Option<String>,
}

/// The form for another user's new password.
#[derive(Template)]
#[template(path = "admin/users/password.html")]
pub(in crate::http) struct UserPasswordPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) user: User,
    pub(in crate::http) errors: FieldErrors,
    /// Why the form is shown again.
    pub(in crate::http) notice: Option<String>,
}

/// The sessions of a user: the user's own with the latest logins, or those of another user.
#[derive(Template)]
#[template(path = "admin/sessions.html")]
pub(in crate::http) struct SessionsPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) other: Option<User>,
    pub(in crate::http) sessions: Vec<SessionEntry>,
    /// The name of the current session.
    pub(in crate::http) this: String,
    pub(in crate::http) events: Vec<LoginEvent>,
}

impl SessionsPage {
    /// Whether the user can end a session without logging out.
    fn has_endable(&self) -> bool {
        self.sessions.iter().any(|entry| entry.name != self.this)
    }
}

/// The login audit.
#[derive(Template)]
#[template(path = "admin/logins.html")]
pub(in crate::http) struct LoginsPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) events: Vec<LoginEvent>,
    pub(in crate::http) filter: LoginFilter,
    pub(in crate::http) typed: Fields,
    pub(in crate::http) errors: FieldErrors,
    /// The URL of the next page.
    pub(in crate::http) next: Option<String>,
}

impl LoginsPage {
    /// Whether these are not the latest of all entries.
    fn is_part(&self) -> bool {
        !self.errors.is_empty() || !self.filter.is_empty() || self.filter.before.is_some()
    }
}

/// The list of accounts.
#[derive(Template)]
#[template(path = "admin/users/list.html")]
pub(in crate::http) struct UserListPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) found: UserPage,
    pub(in crate::http) page_size: u16,
    pub(in crate::http) query: UserQuery,
    /// The state of the list, for its links.
    pub(in crate::http) state: String,
    pub(in crate::http) typed: Fields,
    pub(in crate::http) errors: FieldErrors,
}

impl UserListPage {
    fn is_filtered(&self) -> bool {
        !self.query.at(1).is_empty()
    }

    fn pager(&self) -> Pager {
        let users = u64::try_from(self.found.total).unwrap_or(0);
        let count = u16::try_from(users.div_ceil(self.page_size.into())).unwrap_or(u16::MAX);
        let (page, query) = (self.found.page + 1, self.query.clone());
        Pager::new(page, count, page < count, move |page| format!("?{}", query.at(page)))
    }
}

/// The form that adds or changes an account.
#[derive(Default, Template)]
#[template(path = "admin/users/form.html")]
pub(in crate::http) struct UserFormPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) id: Option<UserId>,
    /// The stored username; the typed one if the stored one is unknown.
    pub(in crate::http) name: String,
    pub(in crate::http) version: String,
    /// Whether it is the account of the current user.
    pub(in crate::http) is_own: bool,
    pub(in crate::http) form: UserForm,
    pub(in crate::http) errors: FieldErrors,
    pub(in crate::http) notice: Option<String>,
    /// The fields in which the account differs from the form, because another user changed it meanwhile: name, stored
    /// text, typed text.
    pub(in crate::http) differences: Vec<(&'static str, String, String)>,
    /// The state of the list to return to.
    pub(in crate::http) filters: String,
}

impl UserFormPage {
    /// Sets the name and the version of the stored account.
    pub(in crate::http) fn about(self, user: &User) -> Self {
        Self { name: user.username.to_string(), version: user.version(), ..self }
    }

    /// Adds the differences from the stored account.
    pub(in crate::http) fn against(self, now: &User) -> Self {
        let texts = |form: &UserForm| {
            let ticked = |ticked| if ticked { "Yes" } else { "No" };
            [
                ("username", form.username.trim().to_owned()),
                ("email", form.email.trim().to_owned()),
                ("is_active", ticked(form.is_active).to_owned()),
                ("is_staff", ticked(form.is_staff).to_owned()),
                ("is_superuser", ticked(form.is_superuser).to_owned()),
                ("permissions", form.permissions.names().join(", ")),
            ]
        };
        let pairs = texts(&UserForm::of(now)).into_iter().zip(texts(&self.form));
        let pairs = pairs.map(|((field, now), (_, typed))| (field, now, typed));
        let differences = pairs.filter(|(_, now, typed)| now != typed).collect();
        Self { differences, ..self }
    }
}

/// The confirmation of a deletion, or why it is not possible.
#[derive(Template)]
#[template(path = "admin/users/delete.html")]
pub(in crate::http) struct UserDeletePage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) user: User,
    pub(in crate::http) error: Option<ManageError>,
    /// The state of the list to return to.
    pub(in crate::http) filters: String,
}

/// The history of an account, or of all accounts.
#[derive(Template)]
#[template(path = "admin/users/history.html")]
pub(in crate::http) struct AccountHistoryPage {
    pub(in crate::http) frame: Frame,
    /// The account, if it is the history of one, and whether it still exists.
    pub(in crate::http) account: Option<(UserId, String, bool)>,
    pub(in crate::http) events: Vec<(i64, AccountEvent)>,
    /// The position of the next page.
    pub(in crate::http) next: Option<i64>,
}
