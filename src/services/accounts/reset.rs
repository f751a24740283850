//! A new password by mail, for a user who has forgotten theirs.
//!
//! **Invariant:** a request does the same work whether or not an account has the address: a job searches for accounts
//! later.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Accounts;
use super::visitor::Visitor;
use crate::db::{jobs, login_failures, users};
use crate::domain::{EmailAddress, JobKind, Password, User, UserId};
use crate::services::Result;
use crate::services::jobs::error::{JobError, read};
use crate::services::post::Subject;

/// Requests from one client address that are allowed within [`WINDOW`].
const PER_CLIENT: i64 = 10;
/// Mails to one address that are allowed within [`WINDOW`]; further requests are ignored.
const PER_ADDRESS: i64 = 3;
/// The period in which requests are counted.
const WINDOW: Duration = Duration::from_secs(60 * 60);

/// The payload of the job for a request.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    email: String,
    at: DateTime<Utc>,
}

impl Accounts {
    /// Requests mail to the accounts of an address, if there are any. Returns how long the client must wait, if it sent
    /// too many requests.
    pub async fn request_reset(
        &self,
        email: &EmailAddress,
        visitor: &Visitor,
    ) -> Result<Option<Duration>> {
        let network = visitor.network().unwrap_or_default();
        let (account, source) =
            (format!("reset:{}", email.mailbox()), format!("reset-address:{network}"));
        let mut client = self.database.client().await?;
        let work = client.transaction().await?;
        login_failures::lock(&work, &[&account, &source]).await?;
        let wait = login_failures::find_wait(&work, &source, PER_CLIENT, WINDOW).await?;
        if wait.is_some() {
            return Ok(wait);
        }
        let is_flooded = login_failures::find_wait(&work, &account, PER_ADDRESS, WINDOW).await?;
        login_failures::insert(&work, &[&account, &source], &account, &network).await?;
        if is_flooded.is_none() {
            let request = Request { email: email.as_str().to_owned(), at: Utc::now() };
            jobs::insert(&work, JobKind::PasswordReset, &json!(request), None).await?;
        }
        work.commit().await?;
        Ok(None)
    }

    /// Adds a mail for each account with the address of a request.
    pub(in crate::services) async fn answer_reset(&self, payload: &Value) -> Result<(), JobError> {
        let Request { email, at } = read(payload)?;
        let mut client = self.database.client().await?;
        let work = client.transaction().await?;
        let found = users::list_by_email(&work, &email).await?;
        for user in found.into_iter().filter(User::can_reset_password) {
            // A retry does not add a mail that exists.
            let key = format!("password_reset/{}/{}", user.id.0, at.timestamp_micros());
            let subject = Subject::PasswordReset { user: user.id.0, at };
            self.post.add(&work, subject, Some(&key)).await?;
        }
        work.commit().await?;
        Ok(())
    }

    /// The user of a currently valid link for a new password.
    pub async fn find_by_reset(&self, id: UserId, token: &str) -> Result<Option<User>> {
        let user = self.find(id).await?.filter(User::can_reset_password);
        Ok(user.filter(|user| self.post.links.is_reset(user, token)))
    }

    /// Replaces the password of a user who followed a valid link, and ends their sessions; `false` if the link has been
    /// used meanwhile.
    pub async fn reset_by_mail(&self, user: &User, password: Password) -> Result<bool> {
        let name = user.username.as_str();
        self.change_password(name, user.id, Some(&user.session_stamp), password).await
    }
}
