//! Account management by superusers.
//!
//! **Invariant:** the acting user is *in charge* (an active superuser who is staff) in the transaction itself, not only
//! when the request arrived; and at least one user is in charge afterwards. The transaction locks all users in charge,
//! so that two requests at once can't undo each other.

use super::{Accounts, begin, insert};
use crate::db::{Client, DbError, Transaction, account_events, login_events, sessions, users};
use crate::domain::{
    AccountEvent, LoginEvent, LoginFilter, NameError, NewAccount, Password, SessionEntry, User,
    UserId, UserQuery, UserStanding,
};
use crate::services::{Result, ServiceError, Sessions, passwords};

/// The maximum number of a user's sessions that are listed.
const MAX_SESSIONS: i64 = 100;

/// A page of the accounts.
#[derive(Debug, Clone, Default)]
pub struct UserPage {
    /// Its users, ordered by name.
    pub users: Vec<User>,
    /// How many there are on all pages.
    pub total: i64,
    /// The page, from 0; the last page if a later one was requested.
    pub page: u16,
}

/// The superuser who acts.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The id.
    pub id: UserId,
    /// The login name, for the log.
    pub username: String,
}

/// Why an account was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// The user is not, or no longer, an active superuser.
    #[error("Only superusers can do this.")]
    NotAllowed,
    /// The account is gone.
    #[error("This account no longer exists.")]
    Gone,
    /// Another user changed the account since the form was opened.
    #[error("Another user changed this account in the meantime.")]
    Changed,
    /// Another account has the name, or one that looks like it.
    #[error(transparent)]
    Name(#[from] NameError),
    /// No active superuser would be left.
    #[error("This is the only active superuser. Make another user a superuser first.")]
    LastSuperuser,
    /// Users can't delete their own account.
    #[error("You can’t delete your own account. Ask another superuser.")]
    OwnAccount,
    /// Another error.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<DbError> for ManageError {
    fn from(err: DbError) -> Self {
        match err {
            DbError::Constraint(name) if name == "site_user_username_key" => {
                Self::Name(NameError::Taken)
            }
            err => Self::Service(err.into()),
        }
    }
}

impl Accounts {
    /// A page of the users that a query selects.
    pub async fn list(&self, query: &UserQuery, page_size: u16) -> Result<UserPage> {
        let client = self.database.client().await?;
        let on = |page| UserQuery { page, ..query.clone() };
        let (mut page, mut found) = (query.page, users::list(&client, query, page_size).await?);
        if found.0.is_empty() && page > 0 {
            // Beyond the last page there is no row with the total.
            let (_, total) = users::list(&client, &on(0), 1).await?;
            let last = (total - 1).max(0) / i64::from(page_size);
            page = u16::try_from(last).unwrap_or(u16::MAX);
            found = users::list(&client, &on(page), page_size).await?;
        }
        let (users, total) = found;
        Ok(UserPage { users, total, page })
    }

    /// Adds an account.
    pub async fn add(&self, actor: &Actor, new: NewAccount) -> Result<UserId, ManageError> {
        let hash = passwords::hash(new.password).await?;
        let mut client = self.database.client().await?;
        let (work, _) = begin_with_superuser_check(&mut client, actor).await?;
        let id = insert(&work, &new.standing, &hash).await??;
        work.commit().await?;
        Ok(id)
    }

    /// Changes an account, if it is unchanged since `seen`. If it may no longer enter, its sessions end.
    pub async fn change(
        &self,
        actor: &Actor,
        id: UserId,
        seen: &str,
        standing: &UserStanding,
    ) -> Result<(), ManageError> {
        let mut client = self.database.client().await?;
        let (work, in_charge) = begin_with_superuser_check(&mut client, actor).await?;
        let user = users::find_locked(&work, id).await?.ok_or(ManageError::Gone)?;
        if user.version() != seen {
            return Err(ManageError::Changed);
        }
        let stays = standing.is_active && standing.is_staff && standing.is_superuser;
        if !stays && in_charge == [id] {
            return Err(ManageError::LastSuperuser);
        }
        if standing.username != user.username {
            users::lock_names(&work).await?;
            let names = users::list_names(&work, Some(id)).await?;
            names.check(&standing.username)?;
        }
        users::update(&work, id, standing).await?;
        let ended = match standing.is_active && standing.is_staff {
            true => Vec::new(),
            false => sessions::delete_of_user(&work, id, None).await?,
        };
        Ok(self.commit(work, ended).await?)
    }

    /// Sets the password of an account, and ends its sessions.
    pub async fn reset_password(
        &self,
        actor: &Actor,
        id: UserId,
        password: Password,
    ) -> Result<(), ManageError> {
        let hash = passwords::hash(password).await?;
        let mut client = self.database.client().await?;
        let (work, _) = begin_with_superuser_check(&mut client, actor).await?;
        match self.replace_password(work, id, None, &hash).await? {
            true => Ok(()),
            false => Err(ManageError::Gone),
        }
    }

    /// Deletes an account. The records of its actions keep its name.
    pub async fn delete(&self, actor: &Actor, id: UserId) -> Result<User, ManageError> {
        let mut client = self.database.client().await?;
        let (work, _) = begin_with_superuser_check(&mut client, actor).await?;
        // The acting user is a superuser and is not deleted.
        if id == actor.id {
            return Err(ManageError::OwnAccount);
        }
        let user = users::find_locked(&work, id).await?.ok_or(ManageError::Gone)?;
        let ended = sessions::delete_of_user(&work, id, None).await?;
        users::delete(&work, id).await?;
        self.commit(work, ended).await?;
        Ok(user)
    }

    /// Ends the sessions of another account, or one of them by its name; returns how many.
    pub async fn end_sessions_of(
        &self,
        actor: &Actor,
        id: UserId,
        only: Option<&str>,
    ) -> Result<usize, ManageError> {
        let mut client = self.database.client().await?;
        let (work, _) = begin_with_superuser_check(&mut client, actor).await?;
        let ended = match only {
            Some(name) => Sessions::delete_named(&work, id, name).await?,
            None => sessions::delete_of_user(&work, id, None).await?,
        };
        if !ended.is_empty() {
            account_events::insert_sessions_ended(&work, id, ended.len()).await?;
        }
        let count = ended.len();
        self.commit(work, ended).await?;
        Ok(count)
    }

    /// The sessions of a user, the most recently used first.
    pub async fn sessions_of(&self, user: UserId) -> Result<Vec<SessionEntry>> {
        Ok(sessions::list_of_user(&self.database.client().await?, user, MAX_SESSIONS).await?)
    }

    /// The latest changes to one account or to all, each with its number; with `before`, only those with a smaller
    /// number.
    pub async fn events(
        &self,
        user: Option<UserId>,
        before: Option<i64>,
        limit: u16,
    ) -> Result<Vec<(i64, AccountEvent)>> {
        let client = self.database.client().await?;
        Ok(account_events::list(&client, user, before, i64::from(limit)).await?)
    }

    /// The latest entries of the login audit that match a filter.
    pub async fn logins(&self, filter: &LoginFilter, limit: u16) -> Result<Vec<LoginEvent>> {
        Ok(login_events::list(&self.database.client().await?, filter, i64::from(limit)).await?)
    }

    /// A user's own latest entries of the login audit.
    pub async fn logins_of(&self, user: UserId, limit: u16) -> Result<Vec<LoginEvent>> {
        let client = self.database.client().await?;
        Ok(login_events::list_of_user(&client, user, i64::from(limit)).await?)
    }
}

/// Begins a transaction of an actor who is in charge; also returns all users in charge.
async fn begin_with_superuser_check<'a>(
    client: &'a mut Client,
    actor: &Actor,
) -> Result<(Transaction<'a>, Vec<UserId>), ManageError> {
    let work = begin(client, &actor.username).await?;
    let in_charge = users::lock_active_superusers(&work).await?;
    match in_charge.contains(&actor.id) {
        true => Ok((work, in_charge)),
        false => Err(ManageError::NotAllowed),
    }
}
