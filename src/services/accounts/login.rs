//! Logging in and out: checks passwords, limits attempts (also when a logged-in user confirms the password), and
//! records both.
//!
//! **Invariant:** an attempt counts as failed until it has succeeded, and the attempts of one account or one address
//! are counted one after the other: however many arrive at once from an address, at however many instances, five are
//! tried.
//!
//! **Invariant:** clients of other addresses can delay an attempt at an account, but not prevent it. However many attempts come
//! from an address, those from others don't wait for them.

use std::time::Duration;

use super::Accounts;
use super::visitor::Visitor;
use crate::db::login_events::{self, NewLoginEvent};
use crate::db::{login_failures, users};
use crate::domain::{LoginKind, Password, User, UserId, Username};
use crate::services::{Result, passwords, passwords::Verified};

/// Failed logins from an address that are allowed within [`WINDOW`]; the same number at an account from elsewhere
/// causes no delay.
const FAILURES: i64 = 5;
/// The first and the longest delay of an attempt at an account where clients at other addresses failed.
const DELAY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));
/// The period in which failed logins are counted.
const WINDOW: Duration = Duration::from_secs(60);
/// The most characters that are kept of a typed name.
const MAX_TYPED: usize = 150;

/// The outcome of a login, or of confirming the password.
#[derive(Debug)]
pub enum Login {
    /// The password is correct, and the user may enter.
    Entered(User),
    /// Wrong name or password, or not staff: the user is not told which.
    Refused,
    /// Too many failures; the user may try again after this time.
    Throttled(Duration),
}

/// A login attempt, for counting and recording.
struct Attempt<'a> {
    /// The account: the folded username.
    account: String,
    /// The client's network; empty if unknown.
    network: String,
    /// The key by which the network's attempts are limited.
    source: String,
    typed: String,
    visitor: &'a Visitor,
}

impl<'a> Attempt<'a> {
    fn new(username: &str, visitor: &'a Visitor) -> Self {
        let account = format!("account:{}", Username::folded(username));
        let network = visitor.network().unwrap_or_default();
        let source = format!("address:{network}");
        let characters = username.trim().chars();
        let shown = characters.map(|c| if c.is_control() { '�' } else { c });
        Self { account, network, source, typed: shown.take(MAX_TYPED).collect(), visitor }
    }

    fn event(&self, kind: LoginKind, user: Option<UserId>) -> NewLoginEvent<'_> {
        NewLoginEvent {
            kind,
            username: &self.typed,
            user,
            address: self.visitor.address(),
            user_agent: self.visitor.user_agent(),
        }
    }

    /// One entry for all blocked attempts from a network.
    fn throttled(&self) -> NewLoginEvent<'_> {
        NewLoginEvent { address: self.network.clone(), ..self.event(LoginKind::Throttled, None) }
    }
}

impl Accounts {
    /// Checks the name and password of a staff member. A hash that another program made, or that was made before
    /// passwords were prepared, is then replaced with the site's own.
    pub async fn log_in(
        &self,
        username: &str,
        password: String,
        visitor: &Visitor,
    ) -> Result<Login> {
        let attempt = Attempt::new(username, visitor);
        if let Some(wait) = self.count(&attempt).await? {
            return Ok(Login::Throttled(wait));
        }
        let client = self.database.client().await?;
        let user = users::find_by_name(&client, &Username::normalized(username)).await?;
        let foreign = users::find_foreign_hash(&client).await?;
        // No connection is held while a password is checked.
        drop(client);
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let verified = passwords::verify(password.clone(), hash, foreign).await?;
        let matches = verified != Verified::Wrong;
        let id = user.as_ref().map(|user| user.id);
        let user = user.filter(|user| matches && user.is_active && user.is_staff);
        let Some(user) = user else {
            return self.refuse(&attempt, id).await;
        };
        let own_hash = own_hash(&user, &password, verified).await?;
        let mut client = self.database.client().await?;
        let work = client.transaction().await?;
        login_failures::delete(&work, &attempt.account, &attempt.network).await?;
        users::update_last_login(&work, user.id).await?;
        login_events::insert(&work, attempt.event(LoginKind::Login, id)).await?;
        if let Some(hash) = own_hash {
            users::rehash_password(&work, user.id, &user.password_hash, &hash).await?;
            log::info!("password hash upgraded user=\"{}\"", user.username);
        }
        work.commit().await?;
        Ok(Login::Entered(user))
    }

    /// Checks the password of a logged-in user. A wrong one counts as a failed login, so that a stolen session doesn't
    /// allow more guesses than the login form; the right one deletes the user's failures, as a login does.
    pub async fn confirm(&self, user: &User, password: String, visitor: &Visitor) -> Result<Login> {
        let attempt = Attempt::new(user.username.as_str(), visitor);
        if let Some(wait) = self.count(&attempt).await? {
            return Ok(Login::Throttled(wait));
        }
        let hash = Some(user.password_hash.clone());
        if passwords::verify(password, hash, None).await? == Verified::Wrong {
            return self.refuse(&attempt, Some(user.id)).await;
        }
        let client = self.database.client().await?;
        login_failures::delete(&client, &attempt.account, &attempt.network).await?;
        Ok(Login::Entered(user.clone()))
    }

    /// Records that a user logged out. The caller ends the session.
    pub async fn note_logout(&self, user: UserId, username: &str, visitor: &Visitor) -> Result<()> {
        let client = self.database.client().await?;
        let noted = NewLoginEvent {
            kind: LoginKind::Logout,
            username,
            user: Some(user),
            address: visitor.address(),
            user_agent: visitor.user_agent(),
        };
        Ok(login_events::insert(&client, noted).await?)
    }

    /// Records that an attempt failed; it is counted already.
    async fn refuse(&self, attempt: &Attempt<'_>, user: Option<UserId>) -> Result<Login> {
        let client = self.database.client().await?;
        login_events::insert(&client, attempt.event(LoginKind::Failure, user)).await?;
        Ok(Login::Refused)
    }

    /// Counts an attempt, and delays it if necessary; returns how long its address must wait if it is refused.
    async fn count(&self, attempt: &Attempt<'_>) -> Result<Option<Duration>> {
        let Attempt { account, network, source, .. } = attempt;
        // Logins from one address wait for each other, so that they use up neither the connections nor the turns of others.
        let turn = self.counting.take_as(network.clone()).await?;
        let mut client = self.database.client().await?;
        let work = client.transaction().await?;
        // Every transaction uses this order, so that none wait for each other.
        login_failures::lock(&work, &[account, source]).await?;
        let wait = login_failures::find_wait(&work, source, FAILURES, WINDOW).await?;
        let mut delay = Duration::ZERO;
        match wait {
            Some(_) => {
                // The lock on the network prevents two attempts from each adding an entry.
                if !login_events::count_throttled(&work, network).await? {
                    login_events::insert(&work, attempt.throttled()).await?;
                }
            }
            None => {
                let failed = login_failures::count_elsewhere(&work, account, network, WINDOW);
                delay = delay_after(failed.await?);
                login_failures::insert(&work, &[account, source], account, network).await?;
            }
        }
        work.commit().await?;
        drop(client);
        drop(turn);
        tokio::time::sleep(delay).await;
        Ok(wait)
    }
}

/// The delay of an attempt at an account where clients at other addresses failed this often.
fn delay_after(failures: i64) -> Duration {
    let doublings = u32::try_from(failures - FAILURES).ok();
    let factor = doublings.map_or(0, |doublings| 1 << doublings.min(8));
    (DELAY.0 * factor).min(DELAY.1)
}

/// The site's own hash for a user whose hash is foreign, or is not of the prepared password; `None` if the hash is
/// fine, or if the site would not accept the password.
async fn own_hash(user: &User, password: &str, verified: Verified) -> Result<Option<String>> {
    let is_current = verified == Verified::Prepared && passwords::is_current(&user.password_hash);
    match Password::unchecked(password) {
        Ok(password) if !is_current => Ok(Some(passwords::hash(password).await?)),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_with_the_failures_up_to_ten_seconds() {
        let seconds = [0, 4, 5, 6, 7, 8, 9, 1_000_000].map(|failed| delay_after(failed).as_secs());
        assert_eq!(seconds, [0, 0, 1, 2, 4, 8, 10, 10]);
    }
}
