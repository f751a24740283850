//! The table `login_event`: who logged in, or tried to, or left.

use tokio_postgres::Row;

use super::{DbError, GenericClient, Result, cached};
use crate::domain::{LoginEvent, LoginFilter, LoginKind, UserId};

/// An entry of the login audit. Texts are bounded.
#[derive(Debug, Clone)]
pub struct NewLoginEvent<'a> {
    /// What they did.
    pub kind: LoginKind,
    /// The login name as it was typed.
    pub username: &'a str,
    /// The account, if there is one of that name.
    pub user: Option<UserId>,
    /// The address, or a network.
    pub address: String,
    /// What the browser calls itself.
    pub user_agent: &'a str,
}

/// Notes an event, and forgets some of the oldest ones: those of more than 90 days ago, and those beyond 500,000.
pub async fn insert(client: &impl GenericClient, new: NewLoginEvent<'_>) -> Result<()> {
    let sql = include_str!("../../sql/queries/login_event_insert.sql");
    let NewLoginEvent { kind, username, user, address, user_agent } = new;
    cached::execute(
        client,
        sql,
        &[&kind.name(), &username, &user.map(|id| id.0), &address, &user_agent],
    )
    .await
    .map(drop)
}

/// Counts one more attempt that was put off within the minute of the last one from its address; whether there was one.
pub async fn count_throttled(client: &impl GenericClient, address: &str) -> Result<bool> {
    let sql = include_str!("../../sql/queries/login_event_count_throttled.sql");
    Ok(cached::execute(client, sql, &[&address]).await? > 0)
}

/// The latest events that fit a filter.
pub async fn list(
    client: &impl GenericClient,
    filter: &LoginFilter,
    limit: i64,
) -> Result<Vec<LoginEvent>> {
    let sql = include_str!("../../sql/queries/login_event_list.sql");
    let LoginFilter { username, address, kind, before } = filter;
    let kind = kind.map(LoginKind::name);
    cached::list(client, sql, &[username, address, &kind, before, &limit], event).await?
}

/// The latest events of a user.
pub async fn list_of_user(
    client: &impl GenericClient,
    user: UserId,
    limit: i64,
) -> Result<Vec<LoginEvent>> {
    let sql = include_str!("../../sql/queries/login_event_list_of_user.sql");
    cached::list(client, sql, &[&user.0, &limit], event).await?
}

fn event(row: &Row) -> Result<LoginEvent> {
    let kind = LoginKind::named(row.get(1)).ok_or(DbError::Corrupt("login_event"))?;
    Ok(LoginEvent {
        id: row.get(0),
        kind,
        username: row.get(2),
        address: row.get(3),
        user_agent: row.get(4),
        attempts: row.get(5),
        at: row.get(6),
    })
}
