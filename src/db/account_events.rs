//! The table `account_event`: changes to accounts. Triggers record the changes to the rows themselves.

use serde_json::Value;
use tokio_postgres::Row;

use super::{GenericClient, Result, cached};
use crate::domain::{AccountChange, AccountEvent, UserId};

/// The latest events of one account or of all, each with its number; with `before`, only those with a smaller number.
pub async fn list(
    client: &impl GenericClient,
    user: Option<UserId>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(i64, AccountEvent)>> {
    let sql = include_str!("../../sql/queries/account_event_list.sql");
    cached::list(client, sql, &[&user.map(|id| id.0), &before, &limit], |row| {
        (row.get(0), event(row))
    })
    .await
}

/// Records that an actor ended some of a user's sessions.
pub async fn insert_sessions_ended(
    client: &impl GenericClient,
    user: UserId,
    count: usize,
) -> Result<()> {
    let sql = include_str!("../../sql/queries/account_event_insert_sessions_ended.sql");
    cached::execute(client, sql, &[&user.0, &count.to_string()]).await.map(drop)
}

fn event(row: &Row) -> AccountEvent {
    let changes: Value = row.get(6);
    let list = changes.as_array().map(Vec::as_slice).unwrap_or_default();
    let change = |change: &Value| {
        let text = |name: &str| change.get(name).and_then(Value::as_str);
        Some(AccountChange {
            field: text("field")?.to_owned(),
            before: AccountChange::worded(text("before")),
            after: AccountChange::worded(text("after")),
        })
    };
    AccountEvent {
        at: row.get(1),
        actor: row.get(2),
        kind: row.get(3),
        user: UserId(row.get(4)),
        username: row.get(5),
        changes: list.iter().filter_map(change).collect(),
    }
}
