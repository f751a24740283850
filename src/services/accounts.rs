//! Accounts: logging in, creating superusers, changing passwords.

use std::net::IpAddr;
use std::time::Duration;

use super::{ServiceError, Sessions, passwords};
use crate::db::users::NewUser;
use crate::db::{Database, login_failures, users};
use crate::domain::{Password, User, UserId, Username};

/// Failed logins per account or address that are allowed within [`WINDOW`].
const FAILURES: i64 = 5;
/// The time in which failed logins are counted together.
const WINDOW: Duration = Duration::from_secs(60);

/// What became of a login.
#[derive(Debug)]
pub enum Login {
    /// The user may enter.
    Entered(User),
    /// Wrong name or password, or not staff: which of them is not told.
    Refused,
    /// Too many failures; try again after so long.
    Throttled(Duration),
}

/// Why an account can't be created.
#[derive(Debug, thiserror::Error)]
pub enum CreateUserError {
    /// Somebody has the name.
    #[error("That username is already taken.")]
    Taken,
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Manages accounts; cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    database: Database,
    sessions: Sessions,
}

impl Accounts {
    pub(super) fn new(database: Database, sessions: Sessions) -> Self {
        Self { database, sessions }
    }

    /// Checks a name and a password of a member of staff. The attempt counts as failed until it has succeeded, so
    /// that many at once are not more than a few.
    ///
    /// # Errors
    /// When the database can't answer.
    pub async fn log_in(
        &self,
        username: &str,
        password: String,
        address: Option<IpAddr>,
    ) -> Result<Login, ServiceError> {
        let account = format!("account:{}", username.chars().take(150).collect::<String>());
        let mut subjects = vec![account.replace('\0', "")];
        subjects.extend(address.map(|address| format!("address:{address}")));
        subjects.sort();
        let mut client = self.database.client().await?;
        let transaction = client
            .transaction()
            .await
            .map_err(crate::db::DbError::from)?;
        login_failures::lock(&transaction, &subjects).await?;
        let wait = login_failures::find_wait(&transaction, &subjects, FAILURES, WINDOW).await?;
        if let Some(wait) = wait {
            return Ok(Login::Throttled(wait));
        }
        login_failures::insert(&transaction, &subjects).await?;
        transaction
            .commit()
            .await
            .map_err(crate::db::DbError::from)?;

        let user = match username.contains('\0') {
            true => None,
            false => users::find_by_name(&client, username).await?,
        };
        drop(client);
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let matches = passwords::verify(password, hash).await?;
        match user.filter(|user| matches && user.is_active && user.is_staff) {
            Some(user) => {
                let client = self.database.client().await?;
                for subject in &subjects {
                    login_failures::delete(&client, subject).await?;
                }
                users::update_last_login(&client, user.id).await?;
                Ok(Login::Entered(user))
            }
            None => Ok(Login::Refused),
        }
    }

    /// Finds an active member of staff by number.
    ///
    /// # Errors
    /// When the database can't answer.
    pub async fn find_staff(&self, id: UserId) -> Result<Option<User>, ServiceError> {
        let client = self.database.client().await?;
        let user = users::find(&client, id).await?;
        Ok(user.filter(|user| user.is_active && user.is_staff))
    }

    /// Finds a user by login name.
    ///
    /// # Errors
    /// When the database can't answer.
    pub async fn find_by_name(&self, name: &str) -> Result<Option<User>, ServiceError> {
        let client = self.database.client().await?;
        Ok(users::find_by_name(&client, name).await?)
    }

    /// Whether anybody can administer the site yet.
    ///
    /// # Errors
    /// When the database can't answer.
    pub async fn has_superuser(&self) -> Result<bool, ServiceError> {
        let client = self.database.client().await?;
        Ok(users::count_superusers(&client).await? > 0)
    }

    /// Creates an account that may do everything.
    ///
    /// # Errors
    /// [`CreateUserError::Taken`], or a failure.
    pub async fn create_superuser(
        &self,
        username: &Username,
        email: &str,
        password: Password,
    ) -> Result<UserId, CreateUserError> {
        let password_hash = passwords::hash(password).await?;
        let client = self.database.client().await.map_err(ServiceError::from)?;
        let new = NewUser {
            username,
            email,
            password_hash: &password_hash,
            is_staff: true,
            is_superuser: true,
        };
        let created = users::insert(&client, new)
            .await
            .map_err(ServiceError::from)?;
        created.ok_or(CreateUserError::Taken)
    }

    /// Whether a password is the user's.
    ///
    /// # Errors
    /// When checking fails.
    pub async fn verify(&self, user: &User, password: String) -> Result<bool, ServiceError> {
        passwords::verify(password, Some(user.password_hash.clone())).await
    }

    /// Replaces a user's password, and ends all their sessions.
    ///
    /// # Errors
    /// When the database can't answer.
    pub async fn change_password(
        &self,
        user: UserId,
        password: Password,
    ) -> Result<(), ServiceError> {
        let hash = passwords::hash(password).await?;
        let client = self.database.client().await?;
        users::update_password(&client, user, &hash).await?;
        self.sessions.end_all(&client, user).await
    }
}
