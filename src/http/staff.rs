//! The logged-in user of a request, and the content of their session.

use std::future::Future;
use std::pin::Pin;

use actix_session::{Session, SessionExt as _};
use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, web};

use super::csrf::{CSRF, new_token, tokens_match};
use super::messages::Messages;
use super::views::frame::{Frame, Message, Undo};
use super::{AppError, Site};
use crate::domain::{EventId, Permission, Permissions, PropertyId, Status, User, UserId};
use crate::services::urls::{Address, Admin, find};
use crate::services::{Actor, Outage, SESSION_NAME, Services, USER_ID, Visitor};

/// The session's entry that ties it to the password: a new password ends the session.
const FINGERPRINT: &str = "fingerprint";
/// The session's entry with the login name, for pages that are shown while the database can't be reached.
const USERNAME: &str = "username";

/// A logged-in staff member, with the use cases that their requests call.
#[derive(Clone)]
pub(in crate::http) struct Staff {
    /// The user's number.
    pub(in crate::http) id: UserId,
    /// The login name, which the event log will name.
    pub(in crate::http) username: String,
    /// Whether they have all permissions.
    pub(in crate::http) is_superuser: bool,
    /// The name of their session in the lists of sessions.
    pub(in crate::http) session_name: String,
    /// The use cases.
    pub(in crate::http) services: web::Data<Services>,
    permissions: Permissions,
    csrf_token: String,
    messages: Messages,
    /// The number of unread enquiries.
    unread: i64,
    /// Why the database could not confirm the user; `None` if it did.
    outage: Option<Outage>,
}

impl Staff {
    /// Begins a session under a new key, so that a planted key is useless.
    pub(in crate::http) fn log_in(
        session: &Session,
        user: &User,
        visitor: &Visitor,
    ) -> Result<(), AppError> {
        session.clear();
        session.renew();
        session.insert(USER_ID, user.id.0)?;
        session.insert(USERNAME, user.username.as_str())?;
        session.insert(FINGERPRINT, &user.session_stamp)?;
        session.insert(SESSION_NAME, new_token())?;
        for (name, value) in visitor.session_values() {
            session.insert(name, value)?;
        }
        session.insert(CSRF, new_token())?;
        Ok(())
    }

    /// The user whose session has just begun.
    pub(in crate::http) fn entered(
        session: &Session,
        user: &User,
        services: &web::Data<Services>,
    ) -> Result<Self, AppError> {
        Ok(Self {
            id: user.id,
            username: user.username.to_string(),
            is_superuser: user.is_superuser,
            session_name: session.get(SESSION_NAME)?.unwrap_or_default(),
            services: services.clone(),
            permissions: user.permissions,
            csrf_token: session.get(CSRF)?.unwrap_or_default(),
            messages: Messages::default(),
            unread: 0,
            outage: None,
        })
    }

    /// Adds a message for the next page.
    pub(in crate::http) fn say(&self, level: &str, text: impl Into<String>) {
        self.messages.add(Message { level: level.to_owned(), text: text.into(), undo: None });
    }

    /// Adds a message about a deletion, with an undo button for users who may undo it.
    pub(in crate::http) fn say_undoable(
        &self,
        text: String,
        deletion: Option<EventId>,
        filters: String,
    ) {
        let deletion = deletion.filter(|_| self.may(Permission::Add));
        let undo = deletion.map(|event| {
            let address = format!("/admin/history/{}/undo/", event.0);
            Undo { address, status: None, filters }
        });
        self.messages.add(Message { level: "success".to_owned(), text, undo });
    }

    /// Adds a message about a changed status, with a button that changes it back.
    pub(in crate::http) fn say_status(
        &self,
        text: String,
        id: PropertyId,
        was: Status,
        filters: String,
    ) {
        let address = format!("/admin/properties/{id}/status/");
        let undo = Some(Undo { address, status: Some(was), filters });
        self.messages.add(Message { level: "success".to_owned(), text, undo });
    }

    /// The messages for the next page.
    pub(in crate::http) fn messages(&self) -> &Messages {
        &self.messages
    }

    /// The frame of a page, with the waiting messages. While the database can't be reached, they keep waiting.
    pub(in crate::http) fn frame(&self) -> Frame {
        let messages = if self.is_known() { self.messages.take() } else { Vec::new() };
        Frame { messages, ..self.bare_frame() }
    }

    /// The frame of an error page, which does not show the waiting messages.
    pub(in crate::http) fn bare_frame(&self) -> Frame {
        Frame {
            username: self.username.clone(),
            csrf_token: self.csrf_token.clone(),
            messages: Vec::new(),
            is_superuser: self.is_superuser,
            permissions: self.permissions,
            unread: self.unread,
        }
    }

    /// Whether `sent` is the session's CSRF token.
    pub(in crate::http) fn sent_token(&self, sent: &str) -> bool {
        tokens_match(&self.csrf_token, sent)
    }

    /// A message about a form that was opened before this login; `then` says what to do now.
    pub(in crate::http) fn outdated(&self, then: &str) -> String {
        let name = &self.username;
        format!(
            "Nothing was saved, because you logged in again in another tab or window after you opened this \
            form. You are now logged in as “{name}”. {then} as “{name}”."
        )
    }

    /// Whether they have a permission, as far as is known.
    pub(in crate::http) fn may(&self, permission: Permission) -> bool {
        self.is_superuser || self.permissions.allow(permission)
    }

    /// Where to redirect after an action: to the admin's first page if they may not view listings.
    pub(in crate::http) fn way_on(&self, address: String) -> String {
        match self.may(Permission::View) {
            true => address,
            false => "/admin/".to_owned(),
        }
    }

    /// Refuses users without a permission. While the database can't confirm the user, it refuses everyone: the database
    /// may answer again before something is written.
    pub(in crate::http) fn require(&self, permission: Permission) -> Result<(), AppError> {
        self.require_known()?;
        match self.may(permission) {
            true => Ok(()),
            false => Err(AppError::Forbidden(match permission {
                Permission::View => {
                    "Your account has no permission to view listings here. Ask a superuser."
                }
                Permission::Add => {
                    "Your account has no permission to add listings. Ask a superuser."
                }
                Permission::Change => {
                    "Your account has no permission to change listings. Ask a superuser."
                }
                Permission::Delete => {
                    "Your account has no permission to delete listings. Ask a superuser."
                }
                Permission::Cache => {
                    "Your account has no permission to manage the cache. Ask a superuser."
                }
                Permission::Enquiries => {
                    "Your account has no permission to read enquiries. Ask a superuser."
                }
            })),
        }
    }

    /// Refuses users who are not superusers. Without the database, no user counts as one.
    pub(in crate::http) fn require_superuser(&self) -> Result<(), AppError> {
        self.require_known()?;
        match self.is_superuser {
            true => Ok(()),
            false => {
                Err(AppError::Forbidden("Only superusers can manage accounts. Ask a superuser."))
            }
        }
    }

    /// The actor for changes of accounts, whose rights are checked and whom the log will name.
    pub(in crate::http) fn actor(&self) -> Actor {
        Actor { id: self.id, username: self.username.clone() }
    }

    /// Refuses if the database could not confirm that the user is a staff member.
    pub(in crate::http) fn require_known(&self) -> Result<(), AppError> {
        match self.is_known() {
            true => Ok(()),
            false => Err(AppError::Unavailable(self.outage)),
        }
    }

    /// Whether the database confirmed that the user is a staff member, and with which permissions.
    pub(in crate::http) fn is_known(&self) -> bool {
        self.outage.is_none()
    }

    /// Why the database could not confirm the user.
    pub(in crate::http) fn outage(&self) -> Option<Outage> {
        self.outage
    }

    /// The staff member whose session a request has; `None` if it has none. Remembers the result in the request.
    pub(in crate::http) async fn of(request: &HttpRequest) -> Result<Option<Self>, AppError> {
        if let Some(staff) = request.extensions().get::<Self>() {
            return Ok(Some(staff.clone()));
        }
        let found = Self::find(request).await?;
        if let Some(staff) = &found {
            request.extensions_mut().insert(staff.clone());
        }
        Ok(found)
    }

    async fn find(request: &HttpRequest) -> Result<Option<Self>, AppError> {
        let session = request.get_session();
        let Some(id) = session.get::<i64>(USER_ID)?.map(UserId) else {
            return Ok(None);
        };
        let services = request.app_data::<web::Data<Services>>().ok_or(AppError::NotFound)?;
        let site = request.app_data::<web::Data<Site>>().ok_or(AppError::NotFound)?;
        let known: Option<String> = session.get(FINGERPRINT)?;
        let session_name: String = session.get(SESSION_NAME)?.unwrap_or_default();
        let messages = Messages::of(request, site, &session_name);
        match services.accounts.find_by_session(id, &session_name).await {
            Ok(Some((user, unread))) if known.as_deref() == Some(&*user.session_stamp) => {
                Ok(Some(Self { messages, unread, ..Self::entered(&session, &user, services)? }))
            }
            Ok(_) => {
                session.purge();
                Ok(None)
            }
            // While the database can't be reached, nothing can be read or written, but a form can be shown again with
            // its content.
            Err(err) if err.is_unavailable() => {
                log::error!("{err}");
                Ok(Some(Self {
                    id,
                    username: session.get(USERNAME)?.unwrap_or_default(),
                    is_superuser: false,
                    session_name,
                    services: services.clone(),
                    permissions: Permissions::all(),
                    csrf_token: session.get(CSRF)?.unwrap_or_default(),
                    messages,
                    unread: 0,
                    outage: err.outage(),
                }))
            }
            Err(err) => Err(err.into()),
        }
    }
}

impl FromRequest for Staff {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let staff = Self::of(&request).await?;
            Ok(staff.ok_or_else(|| AppError::LoginRequired(goal(&request)))?)
        })
    }
}

/// The path to open after the login: the requested page or, if that only accepts forms, the page with the form.
fn goal(request: &HttpRequest) -> String {
    match find(request.path()).map(|(url, _)| url.address) {
        Some(Address::Admin(Admin::Logout)) => "/admin/".to_owned(),
        Some(Address::Admin(Admin::RestoreListing)) => "/admin/properties/".to_owned(),
        _ => {
            let asked = request.uri().path_and_query();
            asked.map_or("/admin/", |path| path.as_str()).to_owned()
        }
    }
}
