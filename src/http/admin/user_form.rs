//! The forms that add and change an account.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::list_state::List;
use super::passwords::{PASSWORDS, new_password};
use super::see_other;
use super::users::find;
use crate::domain::{
    Author, FieldErrors, NewAccount, Permissions, User, UserForm, UserId, Username,
};
use crate::http::Answer;
use crate::http::error::{outage, unavailable};
use crate::http::forms::{Fields, SentForm};
use crate::http::staff::Staff;
use crate::http::views::admin::UserFormPage;
use crate::http::views::list_address::carrying;
use crate::http::views::page;
use crate::services::{ManageError, Outage};

/// The number of history entries in which a change is searched for.
const LOOKED_AT: u16 = 20;

/// `GET /admin/users/add/`
pub(super) async fn new(staff: Staff, request: HttpRequest) -> Answer {
    staff.require_superuser()?;
    let (frame, form, filters) = (staff.frame(), UserForm::blank(), List::Users.state_of(&request));
    page(HttpResponse::Ok(), &UserFormPage { frame, form, filters, ..UserFormPage::default() })
}

/// `GET /admin/users/{id}/change/`
pub(super) async fn edit(staff: Staff, id: web::Path<i64>, request: HttpRequest) -> Answer {
    staff.require_superuser()?;
    let user = find(&staff, *id).await?;
    let form = UserFormPage {
        frame: staff.frame(),
        id: Some(user.id),
        is_own: user.id == staff.id,
        form: UserForm::of(&user),
        filters: List::Users.state_of(&request),
        ..UserFormPage::default()
    };
    page(HttpResponse::Ok(), &form.about(&user))
}

/// `POST /admin/users/add/`
pub(super) async fn create(staff: Staff, form: SentForm) -> Answer {
    save(Sent::of(staff, form, None)).await
}

/// `POST /admin/users/{id}/change/`
pub(super) async fn update(staff: Staff, id: web::Path<i64>, form: SentForm) -> Answer {
    save(Sent::of(staff, form, Some(UserId(*id)))).await
}

/// A submitted form.
struct Sent {
    staff: Staff,
    fields: Fields,
    form: UserForm,
    /// The account of the form; `None` for a new one.
    id: Option<UserId>,
    /// Whether the form was opened before the current login: then it is only shown again.
    is_outdated: bool,
}

async fn save(sent: Sent) -> Answer {
    let staff = &sent.staff;
    if !staff.is_known() {
        return later(sent.again(), staff.outage());
    }
    staff.require_superuser()?;
    if sent.is_outdated {
        let then = match sent.id {
            None => "Enter the passwords again, check the form, then save",
            Some(_) => "Your changes are not lost: check them, then save",
        };
        return show(HttpResponse::Forbidden(), sent.again(), staff.outdated(then));
    }
    match sent.id {
        None => sent.add().await,
        Some(id) => match staff.services.accounts.find(id).await {
            Ok(Some(user)) => sent.change(&user).await,
            Ok(None) => sent.gone(id).await,
            Err(err) => failed(sent.again(), err.into()),
        },
    }
}

impl Sent {
    fn of(staff: Staff, form: SentForm, id: Option<UserId>) -> Self {
        let SentForm { fields, is_outdated } = form;
        let form = UserForm {
            username: fields.get("username").to_owned(),
            email: fields.get("email").to_owned(),
            is_active: fields.has("is_active"),
            is_staff: fields.has("is_staff"),
            is_superuser: fields.has("is_superuser"),
            permissions: Permissions::named(fields.all("permissions")),
        };
        Self { staff, fields, form, id, is_outdated }
    }

    /// The form with everything that was submitted, except passwords.
    fn again(&self) -> UserFormPage {
        UserFormPage {
            id: self.id,
            is_own: self.id == Some(self.staff.id),
            version: self.fields.get("version").to_owned(),
            ..self.as_new()
        }
    }

    /// The form as one for a new account.
    fn as_new(&self) -> UserFormPage {
        UserFormPage {
            frame: self.staff.frame(),
            name: self.form.username.clone(),
            form: self.form.clone(),
            filters: List::Users.state(&self.fields),
            ..UserFormPage::default()
        }
    }

    async fn add(&self) -> Answer {
        let new = match self.account() {
            Ok(new) => new,
            Err(errors) => return refused(self.again(), errors),
        };
        match self.staff.services.accounts.add(&self.staff.actor(), new).await {
            Ok(id) => Ok(self.saved(id, "added")),
            Err(err) => failed(self.again(), err),
        }
    }

    /// The new account in the form, with its password.
    fn account(&self) -> Result<NewAccount, FieldErrors> {
        let standing = self.form.parse();
        let wrong = standing.as_ref().err().cloned().unwrap_or_default();
        let name = Username::from_database(self.form.username.trim().to_owned());
        let password = new_password(&self.fields, PASSWORDS, (&name, &self.form.email), wrong)?;
        Ok(NewAccount { standing: standing?, password })
    }

    /// Changes an account, if it is unchanged since the form was opened. A script that sends no version always changes
    /// it.
    async fn change(&self, user: &User) -> Answer {
        let sent = self.fields.has("version").then(|| self.fields.get("version").to_owned());
        let version = sent.unwrap_or_else(|| user.version());
        let again = |version| UserFormPage { version, ..self.again().about(user) };
        let now = match self.form.parse() {
            Ok(now) => now,
            Err(errors) => return refused(again(version), errors),
        };
        let (actor, accounts) = (self.staff.actor(), &self.staff.services.accounts);
        match accounts.change(&actor, user.id, &version, &now).await {
            Ok(()) => Ok(self.saved(user.id, "changed")),
            Err(ManageError::Changed) => self.changed(user.id).await,
            Err(ManageError::Gone) => self.gone(user.id).await,
            Err(err) => failed(again(version), err),
        }
    }

    /// Redirects after a save: by Django's three buttons, or to the first page for users who removed their own rights.
    fn saved(&self, UserId(id): UserId, what: &str) -> HttpResponse {
        let name = self.form.username.trim();
        self.staff.say("success", format!("The user “{name}” was {what}."));
        let has = |name| self.fields.has(name);
        let address = match (has("_addanother"), has("_continue")) {
            _ if self.staff.id.0 == id && !self.form.is_superuser => "/admin/".to_owned(),
            (true, _) => carrying("/admin/users/add/", &List::Users.state(&self.fields)),
            (_, true) => {
                carrying(&format!("/admin/users/{id}/change/"), &List::Users.state(&self.fields))
            }
            _ => List::Users.address(&self.fields),
        };
        see_other(&address)
    }

    /// The form after another user changed the account, with the current values. It now has the current version, so
    /// that saving it again succeeds.
    async fn changed(&self, id: UserId) -> Answer {
        match self.staff.services.accounts.find(id).await {
            Ok(Some(now)) => {
                let happened = self.author(id, "changed").await.said("changed", "account");
                let notice = format!(
                    "{happened} while you were editing it. Nothing was saved, and your changes are not lost. The \
                    differences from your form are listed here. If you save, your values replace them."
                );
                show(HttpResponse::Conflict(), self.again().about(&now).against(&now), notice)
            }
            Ok(None) => self.gone(id).await,
            Err(err) => failed(self.again(), err.into()),
        }
    }

    /// The form for a new account, after the account was deleted.
    async fn gone(&self, id: UserId) -> Answer {
        let happened = self.author(id, "deleted").await.said("deleted", "account");
        let notice = format!(
            "{happened} while you were editing it. Your changes are not lost: to add it as a new account, enter a \
            password and save."
        );
        show(HttpResponse::Conflict(), self.as_new(), notice)
    }

    /// The user who last changed an account; unknown if the log can't be read.
    async fn author(&self, id: UserId, kind: &str) -> Author {
        let events = self.staff.services.accounts.events(Some(id), None, LOOKED_AT).await;
        let events = events.unwrap_or_default().into_iter();
        let mut actors = events.filter(|(_, event)| event.kind == kind);
        let last = actors.next().map(|(_, event)| event.actor);
        Author::among(last, &self.staff.username)
    }
}

/// The form with a notice.
fn show(response: HttpResponseBuilder, form: UserFormPage, notice: String) -> Answer {
    page(response, &UserFormPage { notice: Some(notice), ..form })
}

fn refused(form: UserFormPage, errors: FieldErrors) -> Answer {
    page(HttpResponse::UnprocessableEntity(), &UserFormPage { errors, ..form })
}

/// The form as typed, after an action that is not possible.
fn failed(form: UserFormPage, err: ManageError) -> Answer {
    match err {
        ManageError::Name(err) => refused(form, FieldErrors::of("username", err.to_string())),
        ManageError::LastSuperuser => {
            refused(form, FieldErrors::of("is_superuser", err.to_string()))
        }
        ManageError::Service(err) if err.is_unavailable() => {
            log::error!("{err}");
            later(form, err.outage())
        }
        err => Err(err.into()),
    }
}

/// The form while the database can't be reached.
fn later(form: UserFormPage, why: Option<Outage>) -> Answer {
    let notice = format!(
        "{}, so nothing was saved. Your changes are still here, except for passwords: try again in a few seconds.",
        outage(why)
    );
    show(unavailable(), form, notice)
}
