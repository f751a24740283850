//! The table `login_event`: logins, attempts and logouts.

use tokio_postgres::Row;

use super::{DbError, GenericClient, Result, cached};
use crate::domain::{LoginEvent, LoginFilter, LoginKind, UserId};

/// An entry of the login audit. The texts have bounded lengths.
#[derive(Debug, Clone)]
pub struct NewLoginEvent<'a> {
    /// The kind of event.
    pub kind: LoginKind,
    /// The login name as it was typed.
    pub username: &'a str,
    /// The account, if there is one of that name.
    pub user: Option<UserId>,
    /// The client's address, or its network.
    pub address: String,
    /// The browser's `User-Agent`.
    pub user_agent: &'a str,
}

/// Records an event, and deletes some old ones: those older than 90 days, and those beyond 500,000.
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

/// Counts one more throttled attempt, if the last one from its address was less than a minute ago; returns whether it
/// was.
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
