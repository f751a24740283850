//! The accounts of staff.

use askama::Template;

use super::typed::Typed;
use crate::domain::{
    AccountEvent, Author, FieldErrors, Password, Permission, User, UserForm, UserId, UserQuery,
};
use crate::http::views::filters;
use crate::http::views::frame::Frame;
use crate::http::views::pager::Pager;
use crate::services::UserPage;

/// The list of accounts.
#[derive(Template)]
#[template(path = "admin/users/list.html")]
pub(in crate::http) struct UserListPage {
    frame: Frame,
    users: Vec<User>,
    total: i64,
    typed: Typed,
    errors: FieldErrors,
    filtered: bool,
    /// The state of the list that its links carry.
    state: String,
    pager: Pager,
}

impl UserListPage {
    pub(in crate::http) fn new(
        frame: Frame,
        found: UserPage,
        page_size: u16,
        query: &UserQuery,
    ) -> Self {
        let UserPage { users, total, page } = found;
        let state = query.canonical();
        let pages = u64::try_from(total).unwrap_or(0);
        let pages = pages.div_ceil(u64::from(page_size));
        let (count, page) = (u16::try_from(pages).unwrap_or(u16::MAX), page + 1);
        let link = {
            let query = query.clone();
            move |page| format!("?{}", query.at(page))
        };
        Self {
            users,
            total,
            filtered: !query.at(1).is_empty(),
            pager: Pager::new(page, count, page < count, link),
            state: state.clone(),
            ..Self::refused(frame, &state, FieldErrors::new())
        }
    }

    /// The form of a query that is refused, as it was typed.
    pub(in crate::http) fn refused(frame: Frame, typed: &str, errors: FieldErrors) -> Self {
        Self {
            frame,
            users: Vec::new(),
            total: 0,
            typed: Typed::of(typed),
            errors,
            filtered: true,
            state: String::new(),
            pager: Pager::new(1, 1, false, |_| String::new()),
        }
    }

    /// What may be chosen, and whether it is.
    fn roles(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> + '_ {
        let roles = UserQuery::ROLES.into_iter();
        roles.map(|(role, label)| (role, label, self.typed.get("role") == role))
    }
}

/// The form that adds or changes an account.
#[derive(Template)]
#[template(path = "admin/users/form.html")]
pub(in crate::http) struct UserFormPage {
    frame: Frame,
    id: Option<UserId>,
    /// The stored username; the typed one if the stored one is unknown.
    name: String,
    version: String,
    is_own: bool,
    form: UserForm,
    errors: FieldErrors,
    notice: Option<String>,
    /// The fields in which the account differs from the form, because another user changed it in the meantime.
    differences: Vec<Difference>,
    /// The state of the list that one comes back to.
    filters: String,
}

impl UserFormPage {
    pub(in crate::http) fn add(frame: Frame, form: UserForm) -> Self {
        Self {
            frame,
            id: None,
            name: String::new(),
            version: String::new(),
            is_own: false,
            form,
            errors: FieldErrors::new(),
            notice: None,
            differences: Vec::new(),
            filters: String::new(),
        }
    }

    /// `is_own` says whether it is the account of the one who looks.
    pub(in crate::http) fn change(frame: Frame, id: UserId, form: UserForm, is_own: bool) -> Self {
        Self { id: Some(id), name: form.username.clone(), is_own, ..Self::add(frame, form) }
    }

    /// With the name and the version of the account as it is.
    pub(in crate::http) fn about(self, user: &User) -> Self {
        Self { name: user.username.to_string(), version: user.version(), ..self }
    }

    /// With what the account is now, after it was changed elsewhere.
    pub(in crate::http) fn against(self, now: &User, author: &Author) -> Self {
        let happened = author.said("changed", "account");
        let notice = format!(
            "{happened} while you were editing it. Nothing was saved, and your changes are not lost. The \
            differences from your form are listed here. If you save, your values replace them."
        );
        let differences = differences(&UserForm::of(now), &self.form);
        Self { differences, ..self.with_notice(notice) }
    }

    pub(in crate::http) fn with_version(self, version: &str) -> Self {
        let version = version.to_owned();
        Self { version, ..self }
    }

    pub(in crate::http) fn with_errors(self, errors: FieldErrors) -> Self {
        Self { errors, ..self }
    }

    pub(in crate::http) fn with_notice(self, notice: impl Into<String>) -> Self {
        let notice = Some(notice.into());
        Self { notice, ..self }
    }

    pub(in crate::http) fn with_filters(self, filters: String) -> Self {
        Self { filters, ..self }
    }
}

/// A field in which an account and its form differ.
struct Difference {
    field: &'static str,
    now: String,
    typed: String,
}

fn differences(now: &UserForm, typed: &UserForm) -> Vec<Difference> {
    let texts = |form: &UserForm| {
        let box_of = |ticked| if ticked { "Yes" } else { "No" };
        [
            ("username", form.username.trim().to_owned()),
            ("email", form.email.trim().to_owned()),
            ("is_active", box_of(form.is_active).to_owned()),
            ("is_staff", box_of(form.is_staff).to_owned()),
            ("is_superuser", box_of(form.is_superuser).to_owned()),
            ("permissions", form.permissions.names().join(", ")),
        ]
    };
    let pairs = texts(now).into_iter().zip(texts(typed));
    let differing = pairs.filter(|((_, now), (_, typed))| now != typed);
    let difference = |((field, now), (_, typed))| Difference { field, now, typed };
    differing.map(difference).collect()
}

/// The form for another user's new password.
#[derive(Template)]
#[template(path = "admin/users/password.html")]
pub(in crate::http) struct UserPasswordPage {
    frame: Frame,
    user: User,
    errors: FieldErrors,
    /// Why the form is shown once more.
    notice: Option<String>,
}

impl UserPasswordPage {
    pub(in crate::http) fn new(frame: Frame, user: User, errors: FieldErrors) -> Self {
        Self { frame, user, errors, notice: None }
    }

    pub(in crate::http) fn with_notice(self, notice: String) -> Self {
        let notice = Some(notice);
        Self { notice, ..self }
    }
}

/// The confirmation of a deletion, or why there can't be one.
#[derive(Template)]
#[template(path = "admin/users/delete.html")]
pub(in crate::http) struct UserDeletePage {
    frame: Frame,
    user: User,
    error: Option<String>,
    /// The state of the list that one comes back to.
    filters: String,
}

impl UserDeletePage {
    pub(in crate::http) fn new(
        frame: Frame,
        user: User,
        error: Option<String>,
        filters: String,
    ) -> Self {
        Self { frame, user, error, filters }
    }
}

/// What was done to an account, or to all.
#[derive(Template)]
#[template(path = "admin/users/history.html")]
pub(in crate::http) struct AccountHistoryPage {
    frame: Frame,
    /// The account, if it is one's, and whether it is still there.
    account: Option<(UserId, String, bool)>,
    events: Vec<AccountEvent>,
    /// Where the next page begins.
    next: Option<i64>,
}

impl AccountHistoryPage {
    /// `events` may be one more than the page shows.
    pub(in crate::http) fn new(
        frame: Frame,
        account: Option<(UserId, Option<User>)>,
        mut events: Vec<(i64, AccountEvent)>,
        page_size: u16,
    ) -> Self {
        let more = events.len() > usize::from(page_size);
        events.truncate(page_size.into());
        let next = events.last().filter(|_| more).map(|(id, _)| *id);
        let events: Vec<_> = events.into_iter().map(|(_, event)| event).collect();
        let account = account.map(|(id, user)| {
            let is_there = user.is_some();
            let last = events.first().map(|event| event.username.clone());
            let name = user.map(|user| user.username.to_string()).or(last);
            (id, name.unwrap_or_default(), is_there)
        });
        Self { frame, account, events, next }
    }
}
