//! Where people are logged in, and who tried to.

use askama::Template;

use super::typed::Typed;
use crate::domain::{FieldErrors, LoginEvent, LoginFilter, LoginKind, SessionEntry, User, UserId};
use crate::http::views::filters;
use crate::http::views::frame::Frame;

/// The sessions of a user: the user's own, with the latest logins, or those of another user.
#[derive(Template)]
#[template(path = "admin/sessions.html")]
pub(in crate::http) struct SessionsPage {
    frame: Frame,
    other: Option<(UserId, String)>,
    sessions: Vec<SessionEntry>,
    /// The name of the session that the page is shown in.
    this: String,
    events: Vec<LoginEvent>,
}

impl SessionsPage {
    pub(in crate::http) fn of_own(
        frame: Frame,
        sessions: Vec<SessionEntry>,
        this: String,
        events: Vec<LoginEvent>,
    ) -> Self {
        Self { frame, other: None, sessions, this, events }
    }

    pub(in crate::http) fn of_other(
        frame: Frame,
        user: &User,
        sessions: Vec<SessionEntry>,
    ) -> Self {
        Self {
            other: Some((user.id, user.username.to_string())),
            ..Self::of_own(frame, sessions, String::new(), Vec::new())
        }
    }

    /// How many sessions can be ended without leaving this page.
    fn endable(&self) -> usize {
        let others = self.sessions.iter().filter(|entry| entry.name != self.this);
        others.count()
    }
}

/// The login audit.
#[derive(Template)]
#[template(path = "admin/logins.html")]
pub(in crate::http) struct LoginsPage {
    frame: Frame,
    events: Vec<LoginEvent>,
    typed: Typed,
    errors: FieldErrors,
    filtered: bool,
    /// Whether the latest entries are shown.
    is_first: bool,
    /// The address of the next page.
    next: Option<String>,
}

impl LoginsPage {
    /// `events` may be one more than the page shows.
    pub(in crate::http) fn new(
        frame: Frame,
        mut events: Vec<LoginEvent>,
        page_size: u16,
        filter: &LoginFilter,
        typed: &str,
    ) -> Self {
        let more = events.len() > usize::from(page_size);
        events.truncate(page_size.into());
        let last = events.last().filter(|_| more);
        Self {
            next: last.map(|event| format!("?{}", filter.before(event.id))),
            events,
            filtered: !filter.is_empty(),
            is_first: filter.before.is_none(),
            ..Self::refused(frame, typed, FieldErrors::new())
        }
    }

    /// The form of a filter that is refused, as it was typed.
    pub(in crate::http) fn refused(frame: Frame, typed: &str, errors: FieldErrors) -> Self {
        Self {
            frame,
            events: Vec::new(),
            typed: Typed::of(typed),
            errors,
            filtered: true,
            is_first: true,
            next: None,
        }
    }

    /// What may be chosen, and whether it is.
    fn kinds(&self) -> impl Iterator<Item = (LoginKind, bool)> + '_ {
        let kinds = LoginKind::ALL.into_iter();
        kinds.map(|kind| (kind, self.typed.get("kind") == kind.name()))
    }
}
