//! Accounts: logging in, passwords, and account management.
//!
//! **Invariant:** every transaction that changes an account has an actor; the database's triggers record the change.

pub(super) mod login;
pub(super) mod management;
mod reset;
pub(super) mod visitor;

use super::limiter::{Bounds, Limiter};
use super::{Post, Result, ServiceError, Sessions, passwords};
use crate::db::{Client, Database, Transaction, event_log, sessions, users};
use crate::domain::{NameError, Password, Permissions, User, UserId, UserStanding, Username};

/// Why an account can't be created.
#[derive(Debug, thiserror::Error)]
pub enum CreateUserError {
    /// Another account has the name, or one that looks like it.
    #[error("{}", match .0 {
        NameError::Taken => "That username is already taken.".to_owned(),
        looks_like => looks_like.to_string(),
    })]
    Name(NameError),
    /// Another error.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Manages accounts; cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    database: Database,
    sessions: Sessions,
    post: Post,
    /// Each login attempt has a turn while it is counted.
    counting: Limiter,
}

impl Accounts {
    pub(super) fn new(database: Database, sessions: Sessions, post: Post) -> Self {
        Self { database, sessions, post, counting: Limiter::new(Bounds::of_logins()) }
    }

    /// Finds an active staff member with one of their sessions, by the session's name. The database decides, not the
    /// cached session; it also records the use, once a minute. Also returns the number of unread enquiries: 0 if the
    /// user may not read them.
    pub async fn find_by_session(&self, id: UserId, session: &str) -> Result<Option<(User, i64)>> {
        Ok(users::find_by_session(&self.database.client().await?, id, session).await?)
    }

    /// Finds a user by number.
    pub async fn find(&self, id: UserId) -> Result<Option<User>> {
        Ok(users::find(&self.database.client().await?, id).await?)
    }

    /// Finds a user by login name.
    pub async fn find_by_name(&self, name: &str) -> Result<Option<User>> {
        Ok(users::find_by_name(&self.database.client().await?, &Username::normalized(name)).await?)
    }

    /// Whether there is an active superuser.
    pub async fn has_superuser(&self) -> Result<bool> {
        let client = self.database.client().await?;
        Ok(users::count_superusers(&client).await? > 0)
    }

    /// Creates a superuser; the log will name `actor`.
    pub async fn create_superuser(
        &self,
        actor: &str,
        username: &Username,
        email: &str,
        password: Password,
    ) -> Result<UserId, CreateUserError> {
        let standing = UserStanding {
            username: username.clone(),
            email: email.to_owned(),
            is_active: true,
            is_staff: true,
            is_superuser: true,
            permissions: Permissions::all(),
        };
        let hash = passwords::hash(password).await?;
        let mut client = self.database.client().await.map_err(ServiceError::from)?;
        let work = begin(&mut client, actor).await?;
        let id = insert(&work, &standing, &hash).await?;
        let id = id.map_err(CreateUserError::Name)?;
        work.commit().await.map_err(ServiceError::from)?;
        Ok(id)
    }

    /// Checks the name of a new account. Another account may still take the name before it is added.
    pub async fn check_name(&self, name: &Username) -> Result<Result<(), NameError>> {
        let client = self.database.client().await?;
        Ok(users::list_names(&client, None).await?.check(name))
    }

    /// Replaces a user's password, and ends all their sessions; the log will name `actor`. `checked` is the stamp of
    /// the old password: if it has been replaced since, nothing changes, and this returns `false`.
    pub async fn change_password(
        &self,
        actor: &str,
        user: UserId,
        checked: Option<&str>,
        password: Password,
    ) -> Result<bool> {
        let hash = passwords::hash(password).await?;
        let mut client = self.database.client().await?;
        let work = begin(&mut client, actor).await?;
        self.replace_password(work, user, checked, &hash).await
    }

    /// Replaces a user's password, ends their sessions, and commits; `false` if there is nothing to replace.
    async fn replace_password(
        &self,
        work: Transaction<'_>,
        user: UserId,
        checked: Option<&str>,
        hash: &str,
    ) -> Result<bool> {
        if !users::update_password(&work, user, checked, hash).await? {
            return Ok(false);
        }
        let ended = sessions::delete_of_user(&work, user, None).await?;
        self.commit(work, ended).await?;
        Ok(true)
    }

    /// Commits a change that ended sessions, and removes them from the caches.
    async fn commit(&self, work: Transaction<'_>, ended: Vec<Vec<u8>>) -> Result<()> {
        work.commit().await?;
        self.sessions.void(ended).await;
        Ok(())
    }
}

/// Begins a transaction of an actor, whom the log will name.
async fn begin<'a>(client: &'a mut Client, actor: &str) -> Result<Transaction<'a>> {
    let work = client.transaction().await?;
    event_log::set_actor(&work, actor).await?;
    Ok(work)
}

/// Adds an account, unless another one has the same or a similar-looking name.
async fn insert(
    work: &Transaction<'_>,
    new: &UserStanding,
    hash: &str,
) -> Result<Result<UserId, NameError>> {
    users::lock_names(work).await?;
    if let Err(err) = users::list_names(work, None).await?.check(&new.username) {
        return Ok(Err(err));
    }
    let id = users::insert(work, new, hash).await?;
    Ok(id.ok_or(NameError::Taken))
}
