//! The table `site_user`.

use deadpool_postgres::GenericClient;
use tokio_postgres::Row;

use super::DbError;
use crate::domain::{Permissions, User, UserId, Username};

/// What a new account has.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    /// The login name.
    pub username: &'a Username,
    /// Where mail reaches them; may be empty.
    pub email: &'a str,
    /// The password's hash in PHC string format.
    pub password_hash: &'a str,
    /// Whether they may enter the admin.
    pub is_staff: bool,
    /// Whether they may do everything.
    pub is_superuser: bool,
}

/// Finds a user by login name.
///
/// # Errors
/// When the database can't answer.
pub async fn find_by_name(
    client: &impl GenericClient,
    username: &str,
) -> Result<Option<User>, DbError> {
    let sql = include_str!("../../sql/queries/user_find_by_name.sql");
    let statement = client.prepare_cached(sql).await?;
    Ok(client
        .query_opt(&statement, &[&username])
        .await?
        .as_ref()
        .map(user))
}

/// Finds a user by number.
///
/// # Errors
/// When the database can't answer.
pub async fn find(client: &impl GenericClient, id: UserId) -> Result<Option<User>, DbError> {
    let sql = include_str!("../../sql/queries/user_find.sql");
    let statement = client.prepare_cached(sql).await?;
    Ok(client
        .query_opt(&statement, &[&id.0])
        .await?
        .as_ref()
        .map(user))
}

/// Adds a user; `None` when the name is taken.
///
/// # Errors
/// When the database can't answer.
pub async fn insert(
    client: &impl GenericClient,
    new: NewUser<'_>,
) -> Result<Option<UserId>, DbError> {
    let sql = include_str!("../../sql/queries/user_insert.sql");
    let statement = client.prepare_cached(sql).await?;
    let NewUser {
        username,
        email,
        password_hash,
        is_staff,
        is_superuser,
    } = new;
    let row = client
        .query_opt(
            &statement,
            &[
                &username.as_str(),
                &email,
                &password_hash,
                &is_staff,
                &is_superuser,
            ],
        )
        .await?;
    Ok(row.map(|row| UserId(row.get(0))))
}

/// Replaces a password's hash.
///
/// # Errors
/// When the database can't answer.
pub async fn update_password(
    client: &impl GenericClient,
    id: UserId,
    password_hash: &str,
) -> Result<(), DbError> {
    let sql = "UPDATE site_user SET password_hash = $2 WHERE id = $1";
    let statement = client.prepare_cached(sql).await?;
    client.execute(&statement, &[&id.0, &password_hash]).await?;
    Ok(())
}

/// Notes that a user has just logged in.
///
/// # Errors
/// When the database can't answer.
pub async fn update_last_login(client: &impl GenericClient, id: UserId) -> Result<(), DbError> {
    let sql = "UPDATE site_user SET last_login = now() WHERE id = $1";
    let statement = client.prepare_cached(sql).await?;
    client.execute(&statement, &[&id.0]).await?;
    Ok(())
}

/// How many active superusers there are.
///
/// # Errors
/// When the database can't answer.
pub async fn count_superusers(client: &impl GenericClient) -> Result<i64, DbError> {
    let sql = "SELECT count(*) FROM site_user WHERE is_superuser AND is_active";
    Ok(client.query_one(sql, &[]).await?.get(0))
}

fn user(row: &Row) -> User {
    User {
        id: UserId(row.get(0)),
        username: Username::from_database(row.get(1)),
        email: row.get(2),
        password_hash: row.get(3),
        is_active: row.get(4),
        is_staff: row.get(5),
        is_superuser: row.get(6),
        permissions: Permissions::all(),
    }
}
