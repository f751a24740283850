//! The table `site_user`.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::fact_columns::sql_file;
use super::listing_conditions::Statement;
use super::{GenericClient, Result, cached};
use crate::domain::{Names, Permissions, User, UserId, UserQuery, UserStanding, Username};

/// Finds a user by login name.
pub async fn find_by_name(client: &impl GenericClient, username: &str) -> Result<Option<User>> {
    cached::find(client, sql_file!("sql/queries/user_find_by_name.sql"), &[&username], user).await
}

/// Finds a user by number.
pub async fn find(client: &impl GenericClient, id: UserId) -> Result<Option<User>> {
    cached::find(client, sql_file!("sql/queries/user_find.sql"), &[&id.0], user).await
}

/// The users with an e-mail address, ignoring case; at most ten.
pub async fn list_by_email(client: &impl GenericClient, email: &str) -> Result<Vec<User>> {
    let sql = include_str!("../../sql/queries/user_list_by_email.sql");
    cached::list(client, sql, &[&email], user).await
}

/// Finds and locks a user by id until this transaction ends.
pub async fn find_locked(client: &impl GenericClient, id: UserId) -> Result<Option<User>> {
    let sql = concat!(include_str!("../../sql/queries/user_find.sql"), "FOR NO KEY UPDATE");
    cached::find(client, sql, &[&id.0], user).await
}

/// Finds the active staff member who has a session of this name, and records the use of the session. Also returns the
/// number of unread enquiries, counted up to 999: 0 if the user may not read them.
pub async fn find_by_session(
    client: &impl GenericClient,
    id: UserId,
    session: &str,
) -> Result<Option<(User, i64)>> {
    let sql = include_str!("../../sql/queries/user_find_by_session.sql");
    cached::find(client, sql, &[&id.0, &session], |row| (user(row), row.get(11))).await
}

/// The users that a query selects, ordered by name, and their number on all pages: 0 if this page has none.
pub async fn list(
    client: &impl GenericClient,
    query: &UserQuery,
    page_size: u16,
) -> Result<(Vec<User>, i64)> {
    let sql = include_str!("../../sql/queries/user_list.sql");
    let (limit, offset) = (i64::from(page_size), i64::from(query.page) * i64::from(page_size));
    let UserQuery { search, role, active, .. } = query;
    let read = |row: &Row| (user(row), row.get(11));
    let rows: Vec<_> =
        cached::list(client, sql, &[search, role, active, &limit, &offset], read).await?;
    let total = rows.first().map_or(0, |(_, total)| *total);
    Ok((rows.into_iter().map(|(user, _)| user).collect(), total))
}

/// Adds a user; `None` if the name is taken.
pub async fn insert(
    client: &impl GenericClient,
    new: &UserStanding,
    password_hash: &str,
) -> Result<Option<UserId>> {
    let sql = include_str!("../../sql/queries/user_insert.sql");
    let account = account(sql, new, password_hash.to_owned());
    cached::find(client, &account.sql, &account.references(), |row| UserId(row.get(0))).await
}

/// A statement whose first parameters are the fields of [`UserStanding`] in their order, followed by one more value.
fn account(
    sql: &str,
    standing: &UserStanding,
    last: impl ToSql + Sync + Send + 'static,
) -> Statement {
    let UserStanding { username, email, is_active, is_staff, is_superuser, permissions } = standing;
    Statement {
        sql: sql.to_owned(),
        parameters: vec![
            Box::new(username.as_str().to_owned()),
            Box::new(email.clone()),
            Box::new(*is_active),
            Box::new(*is_staff),
            Box::new(*is_superuser),
            Box::new(permissions.names()),
            Box::new(last),
        ],
    }
}

/// An account from another system, with its password hash and times.
#[derive(Debug, Clone)]
pub struct LoadedUser {
    /// The name, rights and other fields.
    pub standing: UserStanding,
    /// The password's hash, made by this program or another.
    pub password_hash: String,
    /// The last login.
    pub last_login: Option<DateTime<Utc>>,
    /// When the account was created; `None` for now.
    pub date_joined: Option<DateTime<Utc>>,
}

/// Adds an account from another system, or updates the one of that name; returns whether anything changed.
pub async fn upsert(client: &impl GenericClient, user: &LoadedUser) -> Result<bool> {
    let sql = include_str!("../../sql/queries/user_upsert.sql");
    let mut account = account(sql, &user.standing, user.password_hash.clone());
    account.parameters.push(Box::new(user.last_login));
    account.parameters.push(Box::new(user.date_joined));
    Ok(cached::execute(client, &account.sql, &account.references()).await? > 0)
}

/// Changes a user, except for the password.
///
/// # Errors
/// [`super::DbError::Constraint`] if the name is taken; otherwise if the database can't answer.
pub async fn update(
    client: &impl GenericClient,
    id: UserId,
    standing: &UserStanding,
) -> Result<()> {
    let sql = include_str!("../../sql/queries/user_update.sql");
    let account = account(sql, standing, id.0);
    cached::execute(client, &account.sql, &account.references()).await.map(drop)
}

/// Removes a user with their sessions.
pub async fn delete(client: &impl GenericClient, id: UserId) -> Result<()> {
    cached::execute(client, "DELETE FROM site_user WHERE id = $1", &[&id.0]).await.map(drop)
}

/// The names of all users but one.
pub async fn list_names(client: &impl GenericClient, but: Option<UserId>) -> Result<Names> {
    let sql = "SELECT username FROM site_user WHERE id IS DISTINCT FROM $1";
    let name = |row: &Row| Username::from_database(row.get(0));
    let names: Vec<_> = cached::list(client, sql, &[&but.map(|id| id.0)], name).await?;
    Ok(names.iter().collect())
}

/// Locks user names until this transaction ends, after waiting for others: two transactions at once could each add a
/// name that looks like the other's.
pub async fn lock_names(client: &impl GenericClient) -> Result<()> {
    let lock = "SELECT pg_advisory_xact_lock(hashtext('site_user.username'))";
    client.execute(lock, &[]).await?;
    Ok(())
}

/// Replaces a password's hash; with `checked`, only if the account still has that stamp. Returns whether it did.
pub async fn update_password(
    client: &impl GenericClient,
    id: UserId,
    checked: Option<&str>,
    password_hash: &str,
) -> Result<bool> {
    let sql = "UPDATE site_user SET password_hash = $2
        WHERE id = $1 AND ($3::text IS NULL OR session_stamp = $3)";
    Ok(cached::execute(client, sql, &[&id.0, &password_hash, &checked]).await? > 0)
}

/// Replaces a hash with another one of the same password, if it is still the one that was checked. Sessions remain
/// valid. The caller's transaction must do nothing else to users.
pub async fn rehash_password(
    client: &impl GenericClient,
    id: UserId,
    checked: &str,
    password_hash: &str,
) -> Result<()> {
    client.batch_execute("SET LOCAL app.rehash = 'on'").await?;
    let sql = "UPDATE site_user SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
    cached::execute(client, sql, &[&id.0, &checked, &password_hash]).await.map(drop)
}

/// A hash that another program made, of the most frequent such kind; `None` if there is none.
pub async fn find_foreign_hash(client: &impl GenericClient) -> Result<Option<String>> {
    let sql = include_str!("../../sql/queries/user_find_foreign_hash.sql");
    cached::find(client, sql, &[], |row| row.get(0)).await
}

/// Records that a user has just logged in.
pub async fn update_last_login(client: &impl GenericClient, id: UserId) -> Result<()> {
    let sql = "UPDATE site_user SET last_login = now() WHERE id = $1";
    cached::execute(client, sql, &[&id.0]).await.map(drop)
}

/// The users who may manage accounts; none of them can lose that right until this transaction ends.
pub async fn lock_active_superusers(client: &impl GenericClient) -> Result<Vec<UserId>> {
    let sql = include_str!("../../sql/queries/user_lock_in_charge.sql");
    cached::list(client, sql, &[], |row| UserId(row.get(0))).await
}

/// The number of users who may manage accounts.
pub async fn count_superusers(client: &impl GenericClient) -> Result<i64> {
    let sql = "SELECT count(*) FROM site_user WHERE is_superuser AND is_staff AND is_active";
    Ok(client.query_one(sql, &[]).await?.get(0))
}

fn user(row: &Row) -> User {
    let permissions: Vec<&str> = row.get(8);
    User {
        id: UserId(row.get(0)),
        username: Username::from_database(row.get(1)),
        email: row.get(2),
        password_hash: row.get(3),
        session_stamp: row.get(4),
        is_active: row.get(5),
        is_staff: row.get(6),
        is_superuser: row.get(7),
        permissions: Permissions::named(permissions),
        last_login: row.get(9),
        date_joined: row.get(10),
    }
}
