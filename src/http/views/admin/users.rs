//! The accounts of staff.

use askama::Template;

use crate::domain::{
    AccountEvent, FieldErrors, Password, Permission, User, UserForm, UserId, UserQuery,
};
use crate::http::admin::staff::Frame;
use crate::http::views::filters;
use crate::http::views::pager::Pager;
use crate::services::UserPage;

/// The list of accounts.
#[derive(Template)]
#[template(path = "admin/users/list.html")]
pub(in crate::http) struct UserListPage {
    frame: Frame,
    users: Vec<User>,
    total: i64,
    query: UserQuery,
    errors: Vec<String>,
    filtered: bool,
    pager: Pager,
}

impl UserListPage {
    pub(in crate::http) fn new(
        frame: Frame,
        found: UserPage,
        page_size: u16,
        query: UserQuery,
        errors: FieldErrors,
    ) -> Self {
        let UserPage { users, total, page } = found;
        let pages = u64::try_from(total)
            .unwrap_or(0)
            .div_ceil(u64::from(page_size));
        let (count, page) = (u16::try_from(pages).unwrap_or(u16::MAX), page + 1);
        let link = {
            let query = query.clone();
            move |page| format!("?{}", query.at(page))
        };
        Self {
            frame,
            users,
            total,
            filtered: query.at(1) != UserQuery::default().at(1),
            query,
            errors: flat(&errors),
            pager: Pager::new(page, count, page < count, link),
        }
    }

    /// What may be chosen, and whether it is.
    fn roles(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> + '_ {
        let roles = UserQuery::ROLES.into_iter();
        roles.map(|(role, label)| (role, label, self.query.role == Some(role)))
    }
}

/// Messages about a query, in one list.
pub(super) fn flat(errors: &FieldErrors) -> Vec<String> {
    let each = errors.iter().flat_map(|(field, list)| {
        let label = filters::label_of(field);
        list.iter().map(move |text| format!("{label}: {text}"))
    });
    each.collect()
}

/// The form that adds or changes an account.
#[derive(Template)]
#[template(path = "admin/users/form.html")]
pub(in crate::http) struct UserFormPage {
    frame: Frame,
    id: Option<UserId>,
    /// The name that the account has, whatever is typed.
    name: String,
    version: String,
    is_own: bool,
    form: UserForm,
    errors: FieldErrors,
    notice: Option<&'static str>,
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
        }
    }

    /// `own` is the account of the one who looks.
    pub(in crate::http) fn change(frame: Frame, user: &User, own: UserId) -> Self {
        Self {
            id: Some(user.id),
            name: user.username.to_string(),
            version: user.version(),
            is_own: user.id == own,
            ..Self::add(frame, UserForm::of(user))
        }
    }

    pub(in crate::http) fn with_form(self, form: UserForm) -> Self {
        Self { form, ..self }
    }

    pub(in crate::http) fn with_version(self, version: &str) -> Self {
        let version = version.to_owned();
        Self { version, ..self }
    }

    pub(in crate::http) fn with_errors(self, errors: FieldErrors) -> Self {
        Self { errors, ..self }
    }

    pub(in crate::http) fn with_notice(self, notice: &'static str) -> Self {
        let notice = Some(notice);
        Self { notice, ..self }
    }
}

/// A new password for somebody else.
#[derive(Template)]
#[template(path = "admin/users/password.html")]
pub(in crate::http) struct UserPasswordPage {
    frame: Frame,
    user: User,
    errors: FieldErrors,
}

impl UserPasswordPage {
    pub(in crate::http) fn new(frame: Frame, user: User, errors: FieldErrors) -> Self {
        Self {
            frame,
            user,
            errors,
        }
    }
}

/// The confirmation of a deletion, or why there can't be one.
#[derive(Template)]
#[template(path = "admin/users/delete.html")]
pub(in crate::http) struct UserDeletePage {
    frame: Frame,
    user: User,
    error: Option<String>,
}

impl UserDeletePage {
    pub(in crate::http) fn new(frame: Frame, user: User, error: Option<String>) -> Self {
        Self { frame, user, error }
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
        Self {
            frame,
            account,
            events,
            next,
        }
    }
}
